// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.atomic.LongAdder;

/** Sends received data back in the same pieces: bytes, or frames if a decoder is in front. */
final class EchoHandler extends ServiceHandler {
    EchoHandler(LongAdder received) {
        super(received);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        count((ByteBuf) message);
        ctx.write(message, ctx.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
    }
}
