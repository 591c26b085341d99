// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.UnixChannelOption;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Listening sockets. */
@ExtendWith(Invariants.class)
class ServerTest {

    /** Counts the connections of one listener. */
    private static final class Counter extends ChannelInboundHandlerAdapter {
        final AtomicInteger connections = new AtomicInteger();

        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            connections.incrementAndGet();
        }
    }

    private static Socket connect(Channel server) throws IOException {
        InetSocketAddress address = (InetSocketAddress) server.localAddress();
        return new Socket(address.getAddress(), address.getPort());
    }

    @Test
    void shouldShareItsPort() throws Exception {
        Loops loops = new Loops(2);
        Counter[] counters = {new Counter(), new Counter()};
        ServerBootstrap bootstrap = loops.server(counters[0]).option(UnixChannelOption.SO_REUSEPORT, true);
        Channel first = bootstrap.bind().sync().channel();
        Channel second = bootstrap
                .clone()
                .childHandler(counters[1])
                .bind(first.localAddress())
                .sync()
                .channel();
        List<Socket> clients = new ArrayList<>();
        // The kernel chooses by the client's port: each listener is chosen sooner or later.
        while ((counters[0].connections.get() == 0 || counters[1].connections.get() == 0) && clients.size() < 1000) {
            clients.add(connect(first));
            loops.await(
                    "accepted", () -> counters[0].connections.get() + counters[1].connections.get() == clients.size());
        }
        assertTrue(clients.size() < 1000, "One of two listeners gets all connections.");
        for (Socket client : clients) {
            client.close();
        }
        first.close().sync();
        second.close().sync();
        loops.end();
    }

    @Test
    void shouldRefusePortInUse() throws Exception {
        Loops loops = new Loops(1);
        Channel server = loops.server(new Counter()).bind().sync().channel();
        ChannelFuture second = loops.server(new Counter()).bind(server.localAddress());
        assertInstanceOf(IOException.class, second.await().cause());
        assertTrue(second.channel().closeFuture().await(Loops.SECONDS, TimeUnit.SECONDS));
        server.close().sync();
        loops.end();
    }

    /** A connection that nobody has read yet goes with its listener. */
    @Test
    void shouldCloseUnreadConnectionsWithListener() throws Exception {
        Loops loops = new Loops(1);
        Channel server = loops.server(new Counter()).bind().sync().channel();
        Socket[] clients = new Socket[20];
        Loops.whileStopped(server.eventLoop(), () -> {
            for (int i = 0; i < clients.length; i++) {
                clients[i] = connect(server);
            }
            server.close();
        });
        for (Socket client : clients) {
            client.setSoTimeout(Loops.SECONDS * 1000);
            try {
                assertEquals(-1, client.getInputStream().read());
            } catch (IOException e) {
                assertEquals("Connection reset", e.getMessage());
            }
            client.close();
        }
        loops.end();
    }

    @Test
    void shouldAcceptAgainAfterDescriptorsRanOut() throws Exception {
        // A JVM keeps each jar open that it has looked into.
        int jars = System.getProperty("java.class.path").split(File.pathSeparator).length;
        List<String> few = List.of("prlimit", "--nofile=" + (jars + 150));
        List<Socket> clients = new ArrayList<>();
        try (Child child = new Child(few, FewDescriptorsChild.class)) {
            int port = Integer.parseInt(child.await("port"));
            for (int i = 0; i < jars + 350; i++) {
                clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            assertTrue(child.await("error").contains("Too many open files"));
            for (Socket client : clients) {
                client.close();
            }
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.setSoTimeout(Loops.SECONDS * 1000);
                client.getOutputStream().write(7);
                assertEquals(7, client.getInputStream().read());
            }
        }
    }
}
