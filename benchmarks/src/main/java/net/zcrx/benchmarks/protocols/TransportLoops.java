// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.protocols;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import net.zcrx.benchmarks.server.Transport;
import reactor.netty.resources.LoopResources;

/** The event loops and channels of a transport, for Reactor Netty; TCP only. */
final class TransportLoops implements LoopResources {
    private final Transport transport;

    TransportLoops(Transport transport) {
        this.transport = transport;
    }

    @Override
    public EventLoopGroup onServer(boolean useNative) {
        return transport.group();
    }

    @Override
    public EventLoopGroup onClient(boolean useNative) {
        return transport.group();
    }

    @Override
    public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
        return new ReflectiveChannelFactory<C>(onChannelClass(type, group)).newChannel();
    }

    @Override
    public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup group) {
        if (type == ServerSocketChannel.class) {
            return transport.serverChannel().asSubclass(type);
        }
        if (type == SocketChannel.class) {
            return transport.channel().asSubclass(type);
        }
        throw new UnsupportedOperationException("There are no channels of " + type);
    }
}
