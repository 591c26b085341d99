// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxServerSocketChannel;

/** A server of the transport's on loopback, on a group of its own. */
final class Server implements AutoCloseable {
    /** For what takes milliseconds on a machine that does nothing else. */
    static final int SECONDS = 60;

    private static final int BACKLOG = 128;

    private final ZcrxIoHandlerFactory factory;
    private final MultiThreadIoEventLoopGroup group;
    private final Channel channel;

    /** @param port 0 for any */
    Server(int loops, int port, long areaBytes, ChannelHandler handler) throws InterruptedException {
        factory = ZcrxIoHandler.newFactory(
                new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY).areaBytes(areaBytes));
        group = new MultiThreadIoEventLoopGroup(loops, factory);
        channel = new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childHandler(handler)
                .bind(InetAddress.getLoopbackAddress(), port)
                .sync()
                .channel();
    }

    int port() {
        return address().getPort();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    Socket connect(Tally tally) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(SECONDS * 1000);
        tally.add(Tally.Item.CONNECTIONS, 1);
        return socket;
    }

    long exhaustions() {
        return factory.metrics().stream()
                .mapToLong(metrics -> metrics.exhaustions() + metrics.copiedOutBytes())
                .sum();
    }

    /** Ends the loops, whatever their connections do; then nothing may be held any more. */
    @Override
    public void close() {
        if (!group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("Event loops do not end within " + SECONDS + " s.");
        }
        if (channel.isOpen()) {
            throw new IllegalStateException("A listener is open though its event loop has ended.");
        }
        long held =
                factory.metrics().stream().mapToLong(ZcrxMetrics::heldBuffers).sum();
        if (held != 0) {
            throw new IllegalStateException(held + " received buffers are held though the event loops have ended.");
        }
    }
}
