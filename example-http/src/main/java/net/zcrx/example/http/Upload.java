// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;

/**
 * One object on its way to disk: a hidden file that gets its name when it is complete. Its methods return at once and
 * are called on the event loop of the request; their work is done in order.
 */
interface Upload {
    /**
     * Completes with whether the object is a new one, or exceptionally as soon as the disk fails; never if the
     * upload is discarded.
     */
    CompletableFuture<Boolean> result();

    /** Writes the piece from its own memory, and releases it. */
    void write(ByteBuf piece, Backpressure backpressure);

    /** Makes the object visible under its name. */
    void commit();

    /** Leaves nothing behind; has no effect after {@link #commit}. */
    void discard();
}
