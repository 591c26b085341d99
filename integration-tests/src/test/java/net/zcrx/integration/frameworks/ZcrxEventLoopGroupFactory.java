// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import io.micronaut.context.annotation.BootstrapContextCompatible;
import io.micronaut.http.netty.channel.EventLoopGroupConfiguration;
import io.micronaut.http.netty.channel.EventLoopGroupFactory;
import io.micronaut.http.netty.channel.NettyChannelType;
import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.uring.IoUringDatagramChannel;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;

/** The transport {@code zcrx} of a Micronaut application. */
@Singleton
@Named("zcrx")
@BootstrapContextCompatible
class ZcrxEventLoopGroupFactory implements EventLoopGroupFactory {
    private final ZcrxIoHandlerFactory handlers = ZcrxIoHandler.newFactory();

    ZcrxIoHandlerFactory handlers() {
        return handlers;
    }

    @Override
    public boolean isNative() {
        return true;
    }

    @Override
    public IoHandlerFactory createIoHandlerFactory(EventLoopGroupConfiguration ignored) {
        return handlers;
    }

    @Override
    public Class<? extends Channel> channelClass(NettyChannelType type) {
        return switch (type) {
            case SERVER_SOCKET -> ZcrxServerSocketChannel.class;
            case CLIENT_SOCKET -> ZcrxSocketChannel.class;
            case DATAGRAM_SOCKET -> IoUringDatagramChannel.class;
            default -> throw new UnsupportedOperationException("zcrx has no channel of type " + type);
        };
    }

    @Override
    public Channel channelInstance(NettyChannelType type, EventLoopGroupConfiguration ignored) {
        return switch (type) {
            case SERVER_SOCKET -> new ZcrxServerSocketChannel();
            case CLIENT_SOCKET -> new ZcrxSocketChannel();
            case DATAGRAM_SOCKET -> new IoUringDatagramChannel();
            default -> throw new UnsupportedOperationException("zcrx has no channel of type " + type);
        };
    }
}
