// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.atomic.LongAdder;

/** Fills a connection with bytes for as long as it lasts. */
final class SourceHandler extends ServiceHandler {
    private static final int CHUNK = 64 * 1024;

    private ByteBuf chunk;

    SourceHandler(LongAdder received) {
        super(received);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        chunk = ctx.alloc().directBuffer(CHUNK).writeZero(CHUNK);
        fill(ctx);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        fill(ctx);
    }

    private void fill(ChannelHandlerContext ctx) {
        if (!ctx.channel().isWritable() || chunk == null) {
            return;
        }
        do {
            ctx.write(chunk.retainedDuplicate(), ctx.voidPromise());
        } while (ctx.channel().isWritable());
        ctx.flush();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ((ByteBuf) message).release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        chunk.release();
        chunk = null;
    }
}
