/** What zero-copy receive lacks here, and what the kernel refused: sentences with the command that fixes it. */
package net.zcrx.nic.check;
