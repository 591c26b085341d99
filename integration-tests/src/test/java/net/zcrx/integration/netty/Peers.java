// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import java.util.function.Consumer;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Route;

/** A server and one connection to it. */
record Peers(Channel server, Route route, Channel client) implements AutoCloseable {

    /** Connects; the consumers fill the pipelines. */
    static Peers connect(
            Loops serverLoops,
            Consumer<ChannelPipeline> serverSide,
            Loops clientLoops,
            Consumer<ChannelPipeline> clientSide) {
        Channel server = new ServerBootstrap()
                .group(serverLoops.group())
                .channel(serverLoops.serverChannel())
                .childHandler(initializer(serverSide))
                .bind(serverLoops.newAddress())
                .syncUninterruptibly()
                .channel();
        Route route = Route.to(server.localAddress(), serverLoops, clientLoops);
        Channel client = new Bootstrap()
                .group(clientLoops.group())
                .channel(clientLoops.channel())
                .handler(initializer(clientSide))
                .connect(route.address())
                .syncUninterruptibly()
                .channel();
        return new Peers(server, route, client);
    }

    private static ChannelHandler initializer(Consumer<ChannelPipeline> consumer) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                consumer.accept(channel.pipeline());
            }
        };
    }

    @Override
    public void close() {
        client.close().syncUninterruptibly();
        server.close().syncUninterruptibly();
        route.close();
    }
}
