// SPDX-License-Identifier: Apache-2.0
/**
 * The only code that changes the machine: a NIC's settings, its rules, and leases of its queues to containers, each
 * change noted so that it can be undone.
 */
package net.zcrx.nic.change;
