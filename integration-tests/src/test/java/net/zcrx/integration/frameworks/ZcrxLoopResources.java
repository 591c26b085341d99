// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.uring.IoUringDatagramChannel;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;
import reactor.netty.resources.LoopResources;

/** Event loops and channels of the transport for Reactor Netty; see docs/frameworks.md. */
public final class ZcrxLoopResources implements LoopResources {
    private final EventLoopGroup group;

    public ZcrxLoopResources(EventLoopGroup group) {
        this.group = group;
    }

    @Override
    public EventLoopGroup onServer(boolean useNative) {
        return group;
    }

    @Override
    public EventLoopGroup onClient(boolean useNative) {
        return group;
    }

    @Override
    public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
        if (type == SocketChannel.class) {
            return type.cast(new ZcrxSocketChannel());
        }
        if (type == ServerSocketChannel.class) {
            return type.cast(new ZcrxServerSocketChannel());
        }
        return type.cast(new IoUringDatagramChannel());
    }

    @Override
    public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup group) {
        if (type == SocketChannel.class) {
            return ZcrxSocketChannel.class.asSubclass(type);
        }
        if (type == ServerSocketChannel.class) {
            return ZcrxServerSocketChannel.class.asSubclass(type);
        }
        return IoUringDatagramChannel.class.asSubclass(type);
    }
}
