// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;

/** The common part of the services: they count received bytes, and take a peer's reset as its normal end. */
abstract class ServiceHandler extends ChannelInboundHandlerAdapter {
    private final LongAdder received;

    ServiceHandler(LongAdder received) {
        this.received = received;
    }

    final void count(ByteBuf bytes) {
        received.add(bytes.readableBytes());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            cause.printStackTrace();
        }
        ctx.close();
    }
}
