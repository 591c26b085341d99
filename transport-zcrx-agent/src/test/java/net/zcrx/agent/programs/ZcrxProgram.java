// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxServerSocketChannel;

/** Uses zcrx by itself, and beside it epoll as {@link NettyProgram} does. */
public final class ZcrxProgram {
    private ZcrxProgram() {}

    public static void main(String[] arguments) throws Exception {
        EventLoopGroup group = new ZcrxEventLoopGroup(1);
        new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter())
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync();
        NettyProgram.main(arguments);
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    }
}
