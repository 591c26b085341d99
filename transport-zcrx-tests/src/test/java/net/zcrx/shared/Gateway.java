// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import net.zcrx.ZcrxServerSocketChannel;

/** Passes all that a TCP connection receives on to another channel, as fast as that takes it. */
final class Gateway extends ChannelInboundHandlerAdapter {
    private final Channel backend;

    private Gateway(Channel backend) {
        this.backend = backend;
    }

    /** Listens; returns the port. */
    static int listen(SharedLoops loops, Channel backend) throws InterruptedException {
        Channel server = new ServerBootstrap()
                .group(loops.group)
                .channel(ZcrxServerSocketChannel.class)
                .childOption(io.netty.channel.ChannelOption.AUTO_READ, false)
                .childHandler(new Gateway(backend))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        backend.writeAndFlush(message).addListener((ChannelFutureListener) written -> {
            if (written.isSuccess()) {
                context.read();
            } else {
                context.close();
            }
        });
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
