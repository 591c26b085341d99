// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.shared;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;

/** Writes the same message again and again, as fast as the channel takes it. */
final class Pump extends Load {
    private final ByteBuf message;
    private final ChannelFutureListener written;

    Pump(ByteBuf message) {
        this.message = message;
        int bytes = message.readableBytes();
        written = future -> {
            if (future.isSuccess()) {
                count(bytes);
            }
        };
    }

    @Override
    void begin(ChannelHandlerContext context) {
        pump(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        pump(context);
    }

    private void pump(ChannelHandlerContext context) {
        // A flush may write all at once, and then there would be no end of it: other tasks of the loop go in between.
        boolean wrote = false;
        while (context.channel().isWritable()) {
            context.write(message.retainedDuplicate()).addListener(written);
            wrote = true;
        }
        context.flush();
        if (wrote && context.channel().isWritable()) {
            context.executor().execute(() -> pump(context));
        }
    }
}
