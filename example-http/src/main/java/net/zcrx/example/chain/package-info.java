// SPDX-License-Identifier: Apache-2.0
/**
 * Three processes that hand uploads on through shared memory: {@code Gateway} takes them by HTTP, {@code Filter} looks
 * at their names, and {@code Store} writes them to files.
 *
 * <p>Between the processes it is HTTP/1.1 as well. {@code Relay} passes each piece of a body on in the buffer that it
 * came in, so that the store writes to its file from the memory that the gateway's kernel or NIC has filled.
 */
package net.zcrx.example.chain;
