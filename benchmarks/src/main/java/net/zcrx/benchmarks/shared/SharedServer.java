// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.shared;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.TimeUnit;

/** {@code SharedServer WAY PORT PATH} prints {@code ready} and serves until its standard input ends. */
public final class SharedServer {
    private SharedServer() {}

    public static void main(String[] args) throws Exception {
        Way way = Way.valueOf(args[0]);
        EventLoopGroup group = way.newGroup();
        for (Service service : Service.values()) {
            new ServerBootstrap()
                    .group(group)
                    .channel(way.serverChannel)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(service.handler());
                        }
                    })
                    .bind(way.address(Integer.parseInt(args[1]), args[2], service))
                    .sync();
        }
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // Nobody writes there.
            continue;
        }
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).await(15, TimeUnit.SECONDS);
    }
}
