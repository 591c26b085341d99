// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;

/** Passes received data on to a backend, on the same loop, no faster than the backend takes it. */
final class ProxyHandler extends ServiceHandler {
    private final Class<? extends Channel> channelType;
    private final InetSocketAddress backend;
    private Channel out;

    /** The channel that this is put into starts without auto-read. */
    ProxyHandler(LongAdder received, Class<? extends Channel> channelType, InetSocketAddress backend) {
        super(received);
        this.channelType = channelType;
        this.backend = backend;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        Channel in = ctx.channel();
        ChannelFuture connect = new Bootstrap()
                .group(in.eventLoop())
                .channel(channelType)
                .handler(new BackendHandler(in))
                .connect(backend);
        out = connect.channel();
        connect.addListener((ChannelFutureListener) future -> {
            if (future.isSuccess()) {
                in.config().setAutoRead(true);
            } else {
                future.cause().printStackTrace();
                in.close();
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        count((ByteBuf) message);
        out.write(message, out.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        out.flush();
        if (!out.isWritable()) {
            ctx.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        out.close();
    }

    private static final class BackendHandler extends ChannelInboundHandlerAdapter {
        private final Channel in;

        private BackendHandler(Channel in) {
            this.in = in;
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (ctx.channel().isWritable()) {
                in.config().setAutoRead(true);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            in.close();
        }
    }
}
