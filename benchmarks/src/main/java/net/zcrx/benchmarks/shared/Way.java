// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.shared;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Supplier;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;
import net.zcrx.shared.ZcrxSharedChannel;
import net.zcrx.shared.ZcrxSharedServerChannel;

/** The way of bytes from one process to another. */
public enum Way {
    TCP_EPOLL(EpollIoHandler::newFactory, EpollServerSocketChannel.class, EpollSocketChannel.class),
    TCP_IO_URING(IoUringIoHandler::newFactory, IoUringServerSocketChannel.class, IoUringSocketChannel.class),
    UNIX_EPOLL(EpollIoHandler::newFactory, EpollServerDomainSocketChannel.class, EpollDomainSocketChannel.class),
    UNIX_IO_URING(
            IoUringIoHandler::newFactory, IoUringServerDomainSocketChannel.class, IoUringDomainSocketChannel.class),
    SHARED(Way::sharedLoops, ZcrxSharedServerChannel.class, ZcrxSharedChannel.class);

    private static final long AREA_BYTES = 64 << 20;

    private final Supplier<IoHandlerFactory> loops;
    final Class<? extends ServerChannel> serverChannel;
    final Class<? extends Channel> channel;

    Way(
            Supplier<IoHandlerFactory> loops,
            Class<? extends ServerChannel> serverChannel,
            Class<? extends Channel> channel) {
        this.loops = loops;
        this.serverChannel = serverChannel;
        this.channel = channel;
    }

    private static IoHandlerFactory sharedLoops() {
        return ZcrxIoHandler.newFactory(new ZcrxIoHandlerConfig()
                .mode(ZcrxMode.COPY)
                .areaBytes(AREA_BYTES)
                .sharedMemory(true));
    }

    /** Returns a group of one event loop. */
    EventLoopGroup newGroup() {
        return new MultiThreadIoEventLoopGroup(1, loops.get());
    }

    private boolean isTcp() {
        return this == TCP_EPOLL || this == TCP_IO_URING;
    }

    /** Returns the address of the service: a port, or a path of this name with an ending of its own. */
    SocketAddress address(int firstPort, String path, Service service) {
        return isTcp()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), firstPort + service.ordinal())
                : new DomainSocketAddress(path + '.' + service.ordinal());
    }
}
