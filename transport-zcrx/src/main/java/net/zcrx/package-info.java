// SPDX-License-Identifier: Apache-2.0
/**
 * The classes that a user sees, and the connection behind them: {@code Zcrx...} is the API, every other class is
 * hidden.
 *
 * <p>Start at {@link net.zcrx.ZcrxIoHandler}: one for each event loop, it adds the loop's receive memory to Netty's own
 * io_uring handler. A connection ({@link net.zcrx.ZcrxSocketChannel}) has a receive side and a send side. The receive
 * side asks a {@code Receiver} of the loop for bytes; the receiver hands out buffers that lie where the kernel, or the
 * NIC, has written. {@code release()} on any thread gives the memory back.
 *
 * <p>Threads: every hidden class here belongs to the thread of the channel's event loop, unless it says otherwise.
 *
 * <p>Words: an <em>area</em> is the memory that a loop receives into. It has <em>pages</em>, which a NIC fills, or
 * <em>chunks</em>, which the kernel copies into. A <em>fragment</em> is the data of one completion. A <em>pass</em> is
 * one turn of the event loop. A <em>queue</em> is a receive queue of a NIC that this process has bound.
 */
package net.zcrx;
