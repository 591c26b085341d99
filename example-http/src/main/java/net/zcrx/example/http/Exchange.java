// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;

/** The answer to one request. Every method is called on the event loop of the request's channel. */
interface Exchange {
    /**
     * Takes over one piece of the request's body. The exchange releases it, on any thread, and then tells
     * {@link Backpressure#released}.
     */
    void body(ByteBuf piece);

    /** Called when the whole body has been handed over. */
    default void bodyComplete() {}

    /** The client has gone or was given up: no more calls come, and nobody reads an answer. */
    default void cancel() {}
}
