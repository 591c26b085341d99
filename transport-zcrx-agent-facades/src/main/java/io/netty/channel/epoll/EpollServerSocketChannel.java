// SPDX-License-Identifier: Apache-2.0
package io.netty.channel.epoll;

import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Socket;
import java.net.SocketAddress;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;

/** A listening socket on zcrx under the name that the application knows, and so are its connections. */
public final class EpollServerSocketChannel extends ZcrxServerSocketChannel {
    private final EpollServerSocketChannelConfig config = new EpollServerSocketChannelConfig(super.config());

    public EpollServerSocketChannel() {}

    @Deprecated
    public EpollServerSocketChannel(InternetProtocolFamily family) {
        super(family);
    }

    public EpollServerSocketChannel(SocketProtocolFamily family) {
        super(family);
    }

    public EpollServerSocketChannel(int fd) {
        super(fd);
    }

    @Override
    public EpollServerSocketChannelConfig config() {
        return config;
    }

    @Override
    protected ZcrxSocketChannel newConnection(Socket accepted, SocketAddress remote) {
        return new EpollSocketChannel(this, accepted, remote);
    }
}
