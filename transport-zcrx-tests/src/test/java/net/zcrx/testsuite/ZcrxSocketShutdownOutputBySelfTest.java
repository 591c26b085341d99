// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testsuite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketShutdownOutputBySelfTest;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class ZcrxSocketShutdownOutputBySelfTest extends SocketShutdownOutputBySelfTest {

    @Override
    protected List<BootstrapFactory<Bootstrap>> newFactories() {
        return ZcrxSocketTestPermutation.INSTANCE.clientSocket();
    }

    @Test
    @Override
    public void testWriteAfterShutdownOutputNoWritabilityChange(TestInfo testInfo) throws Throwable {
        run(testInfo, this::testWriteAfterShutdownOutputNoWritabilityChange);
    }

    /** Netty disables its own form, which asks an array of one byte for two. Here is what it is about. */
    @Override
    public void testWriteAfterShutdownOutputNoWritabilityChange(Bootstrap cb) throws Throwable {
        AtomicInteger writabilityChanges = new AtomicInteger();
        cb.option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(2, 4));
        cb.handler(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelWritabilityChanged(ChannelHandlerContext ctx) {
                writabilityChanges.incrementAndGet();
            }
        });
        try (ServerSocket server = new ServerSocket()) {
            server.bind(newSocketAddress());
            SocketChannel channel = (SocketChannel)
                    cb.connect(server.getLocalSocketAddress()).sync().channel();
            try (Socket peer = server.accept()) {
                channel.shutdownOutput().sync();
                assertEquals(-1, peer.getInputStream().read());

                Throwable cause = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[8]))
                        .await()
                        .cause();
                assertInstanceOf(IOException.class, cause);
                assertTrue(channel.isOpen());
                assertEquals(0, writabilityChanges.get());
            } finally {
                channel.close().sync();
            }
        }
    }
}
