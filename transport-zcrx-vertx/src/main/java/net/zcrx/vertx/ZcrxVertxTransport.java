// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vertx;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.transport.Transport;
import java.net.SocketAddress;
import net.zcrx.Zcrx;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;

/**
 * The transport for Vert.x 5.0 to 5.2: {@code Vertx.builder().withTransport(new ZcrxVertxTransport()).build()}. TCP
 * runs on zcrx; datagrams and unix domain sockets run on Netty's io_uring transport, on the same loops, which
 * {@code Vertx.close()} ends.
 *
 * <p>One class implements both of Vert.x's interfaces: the one that a user passes in, and the one that Vert.x then
 * calls. Safe on any thread.
 */
public final class ZcrxVertxTransport implements Transport, io.vertx.core.spi.transport.Transport {
    private final ZcrxIoHandlerConfig config;
    private ZcrxIoHandlerFactory factory;

    /** Creates a transport with the default settings. */
    public ZcrxVertxTransport() {
        this(new ZcrxIoHandlerConfig());
    }

    /** @param config the settings of the event loops, as they are when Vert.x starts */
    public ZcrxVertxTransport(ZcrxIoHandlerConfig config) {
        this.config = config;
    }

    @Override
    public String name() {
        return "zcrx";
    }

    @Override
    public boolean available() {
        return Zcrx.isAvailable();
    }

    @Override
    public boolean isAvailable() {
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

    /**
     * Returns the factory of the event loops' handlers, which has their counters.
     *
     * @throws UnsatisfiedLinkError if the transport is not {@link #available}
     */
    @Override
    public synchronized ZcrxIoHandlerFactory ioHandlerFactory() {
        // Not before it is asked for: where the transport does not work, Vert.x must be able to ask why.
        if (factory == null) {
            factory = ZcrxIoHandler.newFactory(config);
        }
        return factory;
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        return domainSocket ? IoUringDomainSocketChannel::new : ZcrxSocketChannel::new;
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return domainSocket ? IoUringServerDomainSocketChannel::new : ZcrxServerSocketChannel::new;
    }

    @Override
    public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
        return IoUringDatagramChannel::new;
    }

    /** Creates a datagram channel; Vert.x 5.0 calls this instead of {@link #datagramChannelFactory}. */
    public DatagramChannel datagramChannel() {
        return new IoUringDatagramChannel();
    }

    @Override
    @SuppressWarnings("deprecation") // As the method that it implements.
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
        // A socket of IPv6, which the default is, takes no multicast group of IPv4.
        return new IoUringDatagramChannel(family.toSocketProtocolFamily());
    }

    @Override
    public boolean supportsDomainSockets() {
        return true;
    }

    @Override
    public SocketAddress convert(io.vertx.core.net.SocketAddress address) {
        return address.isDomainSocket()
                ? new DomainSocketAddress(address.path())
                : io.vertx.core.spi.transport.Transport.super.convert(address);
    }

    @Override
    public io.vertx.core.net.SocketAddress convert(SocketAddress address) {
        return address instanceof DomainSocketAddress domain
                ? io.vertx.core.net.SocketAddress.domainSocketAddress(domain.path())
                : io.vertx.core.spi.transport.Transport.super.convert(address);
    }

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
        channel.config().setOption(UnixChannelOption.SO_REUSEPORT, options.isReusePort());
        io.vertx.core.spi.transport.Transport.super.configure(channel, options);
    }

    @Override
    public void configure(TcpConfig config, boolean domainSocket, Bootstrap bootstrap) {
        if (!domainSocket) {
            TcpOptions.apply(config, bootstrap);
        }
        io.vertx.core.spi.transport.Transport.super.configure(config, domainSocket, bootstrap);
    }

    @Override
    public void configure(TcpConfig config, boolean domainSocket, ServerBootstrap bootstrap) {
        if (!domainSocket) {
            TcpOptions.apply(config, bootstrap);
        }
        io.vertx.core.spi.transport.Transport.super.configure(config, domainSocket, bootstrap);
    }

    /** Configures a client's bootstrap in Vert.x 5.0. */
    public void configure(ClientOptionsBase options, int connectTimeout, boolean domainSocket, Bootstrap bootstrap) {
        if (!domainSocket) {
            TcpOptions.apply(options, bootstrap);
        }
        DefaultsOfVertx50.configure(this, options, connectTimeout, domainSocket, bootstrap);
    }

    /** Configures a server's bootstrap in Vert.x 5.0. */
    public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
        if (!domainSocket) {
            TcpOptions.apply(options, bootstrap);
        }
        DefaultsOfVertx50.configure(this, options, domainSocket, bootstrap);
    }
}
