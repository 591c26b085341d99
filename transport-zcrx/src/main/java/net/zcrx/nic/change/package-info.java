// SPDX-License-Identifier: Apache-2.0
/**
 * The only code that changes the machine: a NIC's settings and its rules, each change noted so that it can be undone.
 */
package net.zcrx.nic.change;
