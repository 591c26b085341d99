// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.vertx.core.transport.Transport;
import net.zcrx.Zcrx;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;

/** The transport for Vert.x; see docs/frameworks.md. */
public final class ZcrxVertxTransport implements Transport, io.vertx.core.spi.transport.Transport {
    private final ZcrxIoHandlerFactory factory = ZcrxIoHandler.newFactory();

    @Override
    public String name() {
        return "zcrx";
    }

    @Override
    public boolean available() {
        return Zcrx.isAvailable();
    }

    @Override
    public Throwable unavailabilityCause() {
        return Zcrx.unavailabilityCause();
    }

    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
        return this;
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return factory;
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        return ZcrxSocketChannel::new;
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return ZcrxServerSocketChannel::new;
    }

    @Override
    public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
        return IoUringDatagramChannel::new;
    }

    @Override
    @SuppressWarnings("deprecation") // As the method that it implements.
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
        return new IoUringDatagramChannel();
    }
}
