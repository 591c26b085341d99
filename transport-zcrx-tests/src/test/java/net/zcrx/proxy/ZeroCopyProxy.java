// SPDX-License-Identifier: Apache-2.0
package net.zcrx.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.SocketAddress;
import net.zcrx.ZcrxSocketChannel;

/**
 * A TCP proxy in which no processor touches a byte. What the NIC wrote into a page is sent from that page: this handler
 * writes each buffer on as it came, and the transport sends buffers of 4 KiB or more that arrived by zero copy with
 * SEND_ZC. Netty's outbound buffer holds the reference that the read gave; it goes when the kernel has told that it is
 * done with the page, that is when the other end has acknowledged it, and then the page is the NIC's again.
 *
 * <p>So the pages that a slow receiver keeps busy are bounded by two numbers: the write buffer's high watermark, past
 * which reading stops, and the socket's send buffer. Their sum over all connections must fit the loop's area.
 *
 * <p>Both connections are on one event loop, so there is no hand-over between threads. Add one to the pipeline of each
 * accepted channel, which must have {@link ChannelOption#AUTO_READ} off.
 */
public final class ZeroCopyProxy extends ChannelInboundHandlerAdapter {
    private final SocketAddress target;

    /** @param target where each connection is passed on to */
    public ZeroCopyProxy(SocketAddress target) {
        this.target = target;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        Channel inbound = ctx.channel();
        Bootstrap bootstrap = new Bootstrap()
                .group(inbound.eventLoop())
                .channel(ZcrxSocketChannel.class)
                .handler(new Forward(inbound));
        Channel outbound = bootstrap
                .connect(target)
                .addListener((ChannelFutureListener) connected -> {
                    if (connected.isSuccess()) {
                        inbound.config().setAutoRead(true);
                    } else {
                        inbound.close();
                    }
                })
                .channel();
        ctx.pipeline().replace(this, null, new Forward(outbound));
    }

    /** One direction: what this channel receives, the other sends. */
    private static final class Forward extends ChannelInboundHandlerAdapter {
        private final Channel other;

        Forward(Channel other) {
            this.other = other;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object buffer) {
            other.write(buffer);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            other.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            other.config().setAutoRead(ctx.channel().isWritable());
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
