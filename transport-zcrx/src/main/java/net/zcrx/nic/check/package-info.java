// SPDX-License-Identifier: Apache-2.0
/**
 * The checks of what zero-copy receive lacks here, and the refusals of the kernel: sentences with the command that
 * fixes it.
 */
package net.zcrx.nic.check;
