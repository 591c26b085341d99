// SPDX-License-Identifier: Apache-2.0
/**
 * Receiving: a {@link net.zcrx.receive.Receiver} gives the kernel memory and takes it back. One copies into chunks,
 * another has a NIC write into pages. Also here: the NIC queues that the loops of a group share, and what happens when
 * memory runs out.
 */
package net.zcrx.receive;
