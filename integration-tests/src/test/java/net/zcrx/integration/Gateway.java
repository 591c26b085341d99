// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.NetUtil;
import java.net.SocketAddress;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.shared.ZcrxSharedChannel;

/**
 * What takes connections by TCP and passes their bytes on to a server by shared memory, where they lie, and back; on
 * loops of its own, as another process would. It must have handed something over when it is closed.
 */
final class Gateway implements AutoCloseable {
    private final Loops loops = Loops.shared(1);
    private final Channel listener;

    private Gateway(SocketAddress server) {
        listener = new ServerBootstrap()
                .group(loops.group())
                .channel(ZcrxServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel front) {
                        connect(front, server);
                    }
                })
                .bind(NetUtil.LOCALHOST4, 0)
                .syncUninterruptibly()
                .channel();
    }

    static Gateway to(SocketAddress server) {
        return new Gateway(server);
    }

    SocketAddress address() {
        return listener.localAddress();
    }

    private static void connect(Channel front, SocketAddress server) {
        Bootstrap bootstrap = new Bootstrap()
                .group(front.eventLoop())
                .channel(ZcrxSharedChannel.class)
                .handler(new Side(front));
        bootstrap.connect(server).addListener((ChannelFutureListener) connected -> {
            if (connected.isSuccess()) {
                front.pipeline().addLast(new Side(connected.channel()));
                front.config().setAutoRead(true);
            } else {
                front.close();
            }
        });
    }

    /** Writes to the other side what this one reads. */
    private static final class Side extends ChannelInboundHandlerAdapter {
        private final Channel other;

        Side(Channel other) {
            this.other = other;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            other.write(message);
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

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        try {
            loops.awaitAllReleased();
            assertTrue(loops.sum(ZcrxMetrics::sharedHandedOverBytes) > 0, "Nothing was handed over.");
        } finally {
            loops.close();
        }
    }
}
