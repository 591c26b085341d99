// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Counts at the head of each pipeline, for the transports that copy every byte and keep no count of them. */
@Sharable
final class CopyingStats extends ChannelInboundHandlerAdapter implements TransportStats {
    private final LongAdder received = new LongAdder();
    private final LongSupplier heldBodyBuffers;
    private final String transport;

    /** Such a transport does not see releases either, so held buffers are the ones that this server counts. */
    CopyingStats(String transport, LongSupplier heldBodyBuffers) {
        this.transport = transport;
        this.heldBodyBuffers = heldBodyBuffers;
    }

    @Override
    public void observe(Channel accepted) {
        accepted.pipeline().addFirst(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof ByteBuf buffer) {
            received.add(buffer.readableBytes());
        }
        ctx.fireChannelRead(msg);
    }

    @Override
    public String mode() {
        return "COPY";
    }

    @Override
    public String modeReason() {
        return "The kernel copies every byte for " + transport + ".";
    }

    @Override
    public long zeroCopyBytes() {
        return 0;
    }

    @Override
    public long copiedBytes() {
        return received.sum();
    }

    @Override
    public long heldBuffers() {
        return heldBodyBuffers.getAsLong();
    }
}
