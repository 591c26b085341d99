// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;

/** The exchange of a request whose body does not matter, or whose answer is already known. */
final class DiscardBody implements Exchange {
    private final Backpressure backpressure;

    DiscardBody(Backpressure backpressure) {
        this.backpressure = backpressure;
    }

    @Override
    public void body(ByteBuf piece) {
        backpressure.discard(piece);
    }
}
