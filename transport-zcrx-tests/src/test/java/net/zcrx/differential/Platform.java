// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;

/** The transports that are compared. */
enum Platform {
    EPOLL {
        @Override
        IoHandlerFactory newFactory() {
            return EpollIoHandler.newFactory();
        }

        @Override
        SocketChannel newSocketChannel() {
            return new EpollSocketChannel();
        }

        @Override
        ServerSocketChannel newServerSocketChannel() {
            return new EpollServerSocketChannel();
        }
    },
    ZCRX {
        @Override
        IoHandlerFactory newFactory() {
            return ZcrxIoHandler.newFactory(new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY));
        }

        @Override
        SocketChannel newSocketChannel() {
            return new ZcrxSocketChannel();
        }

        @Override
        ServerSocketChannel newServerSocketChannel() {
            return new ZcrxServerSocketChannel();
        }
    };

    abstract IoHandlerFactory newFactory();

    abstract SocketChannel newSocketChannel();

    abstract ServerSocketChannel newServerSocketChannel();
}
