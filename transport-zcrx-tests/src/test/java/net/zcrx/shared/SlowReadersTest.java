// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxServerSocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Readers that let nothing go, as many as would take all pages of a loop: another connection of it is served. */
class SlowReadersTest {
    private static final int READERS = 8;

    @RegisterExtension
    final SharedLoops loops = new SharedLoops(1);

    /** On the loop only, as all that is read. */
    private final List<ByteBuf> held = new ArrayList<>();

    private boolean isOver;

    @Test
    void shouldServeOthersWhenManyHoldMuch() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        List<Thread> feeders = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            Channel backend = loops.connect(
                    new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext context, Object message) {
                            if (isOver) {
                                ((ByteBuf) message).release();
                            } else {
                                held.add((ByteBuf) message);
                            }
                        }
                    },
                    new ChannelInboundHandlerAdapter());
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), Gateway.listen(loops, backend));
            sockets.add(socket);
            Thread feeder = new Thread(() -> feed(socket));
            feeder.start();
            feeders.add(feeder);
        }
        loops.await(
                "much is out",
                () -> loops.factory.metrics().stream()
                                .mapToLong(ZcrxMetrics::sharedOutBytes)
                                .sum()
                        > 3 << 20);
        echo();
        for (Socket each : sockets) {
            each.close();
        }
        for (Thread each : feeders) {
            each.join();
        }
        // On the loop: nothing is read meanwhile.
        loops.group.submit(this::letGo).sync();
    }

    private void letGo() {
        isOver = true;
        held.forEach(ByteBuf::release);
        held.clear();
    }

    private static void feed(Socket socket) {
        byte[] data = new byte[1 << 16];
        try {
            for (int i = 0; i < 64; i++) {
                socket.getOutputStream().write(data);
            }
        } catch (java.io.IOException e) {
            // The test is at its end.
            return;
        }
    }

    private void echo() throws Exception {
        Channel server = new ServerBootstrap()
                .group(loops.group)
                .channel(ZcrxServerSocketChannel.class)
                .childHandler(new SharedChannelTest.Echo())
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        byte[] data = SharedChannelTest.random(1_000_000);
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), ((InetSocketAddress) server.localAddress()).getPort())) {
            socket.setSoTimeout(SharedLoops.SECONDS * 1000);
            for (int at = 0; at < data.length; at += 10_000) {
                socket.getOutputStream().write(data, at, 10_000);
                byte[] came = new byte[10_000];
                new DataInputStream(socket.getInputStream()).readFully(came);
                assertEquals(Unpooled.wrappedBuffer(data, at, 10_000), Unpooled.wrappedBuffer(came));
            }
        }
    }
}
