// SPDX-License-Identifier: Apache-2.0
/**
 * Files on the event loop's own ring: {@code Zcrx...} is the API, every other class is hidden.
 *
 * <p>{@link net.zcrx.file.ZcrxFile} reads and writes with a future for each operation, from any thread, and needs no
 * thread of its own. {@link net.zcrx.file.ZcrxFileSink} writes the bytes that a channel receives to a file.
 *
 * <p>An operation is a {@code FileRequest}. It waits in the {@code FileQueue} of its file until {@code LoopFiles}, one
 * for each event loop, hands it to the kernel, and again for each further part of it. Code that is not public belongs
 * to the loop's thread, unless it says otherwise.
 */
package net.zcrx.file;
