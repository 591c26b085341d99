// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.util.concurrent.TimeUnit;

/** Reads 64 KiB of a connection, waits for 10 ms, and so on: 6 MiB per second. */
final class SlowReader extends ChannelDuplexHandler {
    private static final int BYTES = 64 * 1024;
    private static final int PAUSE_MILLISECONDS = 10;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.channel().config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(BYTES).maxMessagesPerRead(1));
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
        ctx.fireChannelActive();
    }

    /** Ignores the reads of a decoder: the data arrives at the set rate. */
    @Override
    public void read(ChannelHandlerContext ctx) {}

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete();
        ctx.executor().schedule(ctx::read, PAUSE_MILLISECONDS, TimeUnit.MILLISECONDS);
    }
}
