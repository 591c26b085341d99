// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxServerSocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Flow steering is asked for, and no event loop has a NIC queue. */
class SteeringFallbackTest {
    private static final ZcrxIoHandlerConfig WITHOUT_QUEUE = new ZcrxIoHandlerConfig().areaBytes(8 << 20);

    private ZcrxEventLoopGroup group;

    @AfterEach
    void end() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private ChannelFuture bind(ZcrxIoHandlerFactory steering, int port) {
        return new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .option(ZcrxChannelOption.FLOW_STEERING, steering)
                .childHandler(new ChannelInboundHandlerAdapter())
                .bind(InetAddress.getLoopbackAddress(), port)
                .awaitUninterruptibly();
    }

    /** As on any machine where AUTO cannot have the queue: the server serves, by copy. */
    @Test
    void shouldListenAndSayThatItIsNotSteered() throws Exception {
        group = new ZcrxEventLoopGroup(
                1, new ZcrxIoHandlerConfig().areaBytes(8 << 20).interfaceQueue("lo", 0));
        assertEquals(ZcrxMode.COPY, group.metrics().get(0).mode());
        Logger logger = (Logger) LoggerFactory.getLogger("net.zcrx.ZcrxIoHandlerFactory");
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(said);
        try {
            Channel server = bind(group.ioHandlerFactory(), 0).sync().channel();
            InetSocketAddress address = (InetSocketAddress) server.localAddress();
            try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
                assertTrue(socket.isConnected());
            }
            server.close().sync();
            assertEquals(1, said.list.size(), said.list::toString);
            assertEquals(Level.INFO, said.list.get(0).getLevel());
            assertEquals(
                    "Port " + address.getPort() + " is not steered, as its event loops receive in mode COPY: "
                            + group.metrics().get(0).modeReason(),
                    said.list.get(0).getFormattedMessage());
        } finally {
            logger.detachAppender(said);
            logger.setLevel(null);
        }
    }

    @Test
    void shouldRefuseLoopsWithoutQueue() throws Exception {
        group = new ZcrxEventLoopGroup(1, WITHOUT_QUEUE);
        refused(
                group.ioHandlerFactory(),
                "Connections cannot be steered to event loops that have no NIC queue. Name queues with"
                        + " ZcrxIoHandlerConfig.interfaceQueue, or do not set ZcrxChannelOption.FLOW_STEERING.");
    }

    @Test
    void shouldRefuseFactoryWithoutLoops() throws Exception {
        group = new ZcrxEventLoopGroup(1, WITHOUT_QUEUE);
        refused(
                ZcrxIoHandler.newFactory(new ZcrxIoHandlerConfig().interfaceQueue("lo", 0)),
                "Connections cannot be steered to event loops that do not exist yet. Give"
                        + " ZcrxChannelOption.FLOW_STEERING the factory of the group that handles the connections.");
    }

    private void refused(ZcrxIoHandlerFactory steering, String sentence) throws Exception {
        int port = freePort();
        ChannelFuture bound = bind(steering, port);
        assertInstanceOf(IllegalStateException.class, bound.cause());
        assertEquals(sentence, bound.cause().getMessage());
        bound.channel().closeFuture().sync();
        assertThrows(ConnectException.class, () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
    }

    private int freePort() throws Exception {
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter())
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        server.close().sync();
        return ((InetSocketAddress) server.localAddress()).getPort();
    }
}
