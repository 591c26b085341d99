// SPDX-License-Identifier: Apache-2.0
package net.zcrx.reactor.netty;

import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.ServerDomainSocketChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import java.util.Arrays;
import java.util.function.Supplier;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;

/** The kinds of channels that Reactor Netty asks for, each with the class that serves it. */
enum ChannelKind {
    CONNECTION(SocketChannel.class, ZcrxSocketChannel.class, ZcrxSocketChannel::new),
    LISTENER(ServerSocketChannel.class, ZcrxServerSocketChannel.class, ZcrxServerSocketChannel::new),
    DATAGRAM(DatagramChannel.class, IoUringDatagramChannel.class, IoUringDatagramChannel::new),
    DOMAIN_CONNECTION(DomainSocketChannel.class, IoUringDomainSocketChannel.class, IoUringDomainSocketChannel::new),
    DOMAIN_LISTENER(
            ServerDomainSocketChannel.class,
            IoUringServerDomainSocketChannel.class,
            IoUringServerDomainSocketChannel::new);

    private final Class<? extends Channel> type;
    private final Class<? extends Channel> implementation;
    private final Supplier<? extends Channel> constructor;

    ChannelKind(
            Class<? extends Channel> type,
            Class<? extends Channel> implementation,
            Supplier<? extends Channel> constructor) {
        this.type = type;
        this.implementation = implementation;
        this.constructor = constructor;
    }

    /** @throws IllegalArgumentException if there is no such kind of channel on io_uring */
    static ChannelKind of(Class<? extends Channel> type) {
        return Arrays.stream(values())
                .filter(kind -> kind.type == type)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no " + type.getSimpleName()
                        + " on io_uring. Give what needs it LoopResources of its own:"
                        + " LoopResources.create(\"name\")."));
    }

    Class<? extends Channel> implementation() {
        return implementation;
    }

    Channel newChannel() {
        return constructor.get();
    }
}
