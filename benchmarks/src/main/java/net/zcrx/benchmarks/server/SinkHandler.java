// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.atomic.LongAdder;

/** Counts bytes and releases them. */
final class SinkHandler extends ServiceHandler {
    SinkHandler(LongAdder received) {
        super(received);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        count(bytes);
        bytes.release();
    }
}
