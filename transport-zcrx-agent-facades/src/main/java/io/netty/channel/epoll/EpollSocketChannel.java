// SPDX-License-Identifier: Apache-2.0
package io.netty.channel.epoll;

import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Socket;
import java.net.SocketAddress;
import net.zcrx.ZcrxSocketChannel;

/** A connection on zcrx under the name that the application knows. */
public final class EpollSocketChannel extends ZcrxSocketChannel {
    private final EpollSocketChannelConfig config = new EpollSocketChannelConfig(super.config());

    public EpollSocketChannel() {}

    @Deprecated
    public EpollSocketChannel(InternetProtocolFamily family) {
        super(family);
    }

    public EpollSocketChannel(SocketProtocolFamily family) {
        super(family);
    }

    public EpollSocketChannel(int fd) {
        super(fd);
    }

    EpollSocketChannel(EpollServerSocketChannel parent, Socket accepted, SocketAddress remote) {
        super(parent, accepted, remote);
    }

    @Override
    public EpollSocketChannelConfig config() {
        return config;
    }

    @Override
    public EpollTcpInfo tcpInfo() {
        return tcpInfo(new EpollTcpInfo());
    }

    public EpollTcpInfo tcpInfo(EpollTcpInfo info) {
        readTcpInfo(info);
        return info;
    }
}
