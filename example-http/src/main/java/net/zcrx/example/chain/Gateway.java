// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.chain;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.ZcrxServerSocketChannel;

/** Takes requests by TCP, and passes all of them on to the next process. */
final class Gateway {
    /** The bytes that a connection may receive before the filter has taken any of them. */
    private static final int GRANT = 1 << 20;

    private Gateway() {}

    public static void main(String[] args) {
        Hop.run("PORT NEXT-SOCKET [INTERFACE:QUEUES]", args, () -> {
            EventLoopGroup group = Hop.group(args.length > 2 ? args[2] : null);
            return listen(group, Integer.parseInt(args[0]), args[1]);
        });
    }

    static Channel listen(EventLoopGroup group, int port, String next) {
        return new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .childOption(ZcrxChannelOption.RECEIVE_GRANT, GRANT)
                .childHandler(Hop.http(() -> new Relay(new DomainSocketAddress(next), request -> null)))
                .bind(port)
                .syncUninterruptibly()
                .channel();
    }
}
