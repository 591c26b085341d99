// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** A port whose connections have the same settings in all protocols that are made of handlers. */
public final class Listener {
    private static final int BACKLOG = 4096;
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 512 * 1024);

    private Listener() {}

    /**
     * Opens it.
     *
     * @param port 0 for any
     * @param readsAtOnce whether connections begin to read by themselves
     * @param handlers adds those of a new connection
     * @return the port
     */
    public static int open(
            Transport transport, String address, int port, boolean readsAtOnce, Consumer<ChannelPipeline> handlers)
            throws InterruptedException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(transport.group())
                .channel(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childOption(ChannelOption.AUTO_READ, readsAtOnce)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        handlers.accept(channel.pipeline());
                    }
                });
        transport.configure(bootstrap::childOption);
        Channel channel = bootstrap.bind(address, port).sync().channel();
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }
}
