// SPDX-License-Identifier: Apache-2.0
package net.zcrx.testsuite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.ServerSocketSuspendTest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * Netty disables its one case, which cannot pass on Linux: it connects ten times past a backlog of one before anything
 * is accepted, and Linux answers no more than two. Here is what it is about.
 */
class ZcrxServerSocketSuspendTest extends ServerSocketSuspendTest {

    private final List<Socket> clients = new ArrayList<>();

    @Override
    protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
        return ZcrxSocketTestPermutation.INSTANCE.serverSocket();
    }

    @Test
    @Override
    public void testSuspendAndResumeAccept(TestInfo testInfo) throws Throwable {
        run(testInfo, this::testSuspendAndResumeAccept);
    }

    @Override
    public void testSuspendAndResumeAccept(ServerBootstrap sb) throws Throwable {
        Semaphore accepted = new Semaphore(0);
        sb.option(ChannelOption.AUTO_READ, false);
        sb.handler(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                accepted.release();
                ctx.fireChannelRead(msg);
            }
        });
        sb.childHandler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel child) {
                // It is only to be accepted.
            }
        });
        Channel server = sb.bind().sync().channel();
        try {
            connect(server, 3);
            letLoopRun(server);
            assertEquals(0, accepted.availablePermits());

            server.config().setAutoRead(true);
            assertTrue(accepted.tryAcquire(3, 10, TimeUnit.SECONDS));

            server.config().setAutoRead(false);
            letLoopRun(server);
            connect(server, 2);
            letLoopRun(server);
            assertEquals(0, accepted.availablePermits());

            server.config().setAutoRead(true);
            assertTrue(accepted.tryAcquire(2, 10, TimeUnit.SECONDS));
        } finally {
            server.close().sync();
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private void connect(Channel server, int count) throws IOException {
        InetSocketAddress address = (InetSocketAddress) server.localAddress();
        for (int i = 0; i < count; i++) {
            clients.add(new Socket(address.getAddress(), address.getPort()));
        }
    }

    /** A loop looks at its sockets between two tasks that are submitted one after the other. */
    private static void letLoopRun(Channel channel) throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            channel.eventLoop().submit(() -> {}).sync();
        }
    }
}
