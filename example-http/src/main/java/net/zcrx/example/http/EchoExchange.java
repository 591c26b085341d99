// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;

/** {@code POST /echo}: sends the body back while it comes, at the pace at which the client takes it. */
final class EchoExchange implements Exchange {
    private final Call call;
    private final Backpressure backpressure;

    EchoExchange(Call call, Backpressure backpressure) {
        this.call = call;
        this.backpressure = backpressure;
    }

    @Override
    public void body(ByteBuf piece) {
        if (!call.started()) {
            call.start(call.contentLength());
        }
        int bytes = piece.readableBytes();
        // Written or failed, the piece is released; only then may the client send as much again.
        call.write(piece).addListener(written -> backpressure.released(bytes));
    }

    @Override
    public void bodyComplete() {
        if (!call.started()) {
            call.start(0);
        }
        call.end();
    }
}
