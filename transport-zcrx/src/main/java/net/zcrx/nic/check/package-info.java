// SPDX-License-Identifier: Apache-2.0
/** What zero-copy receive lacks here, and what the kernel refused: sentences with the command that fixes it. */
package net.zcrx.nic.check;
