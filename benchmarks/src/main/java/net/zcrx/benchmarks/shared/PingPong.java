// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.shared;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/** Sends a message, waits until all of it has come back, and sends the next one. */
final class PingPong extends Load {
    private final ByteBuf message;
    private final int bytes;
    private int missing;
    private long sent;

    PingPong(ByteBuf message) {
        this.message = message;
        bytes = message.readableBytes();
    }

    @Override
    void begin(ChannelHandlerContext context) {
        send(context);
    }

    private void send(ChannelHandlerContext context) {
        missing = bytes;
        sent = System.nanoTime();
        context.writeAndFlush(message.retainedDuplicate(), context.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
        missing -= ((ByteBuf) received).readableBytes();
        ((ByteBuf) received).release();
        if (missing == 0) {
            latency(System.nanoTime() - sent);
            count(bytes);
            send(context);
        }
    }
}
