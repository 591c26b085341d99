// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.proxy.ZeroCopyProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bytes go from the wire through the proxy back to the wire, and no processor touches them on the way. */
@Tag("vm")
class ZeroCopyProxyTest {
    private static final long MIB = 1 << 20;
    private static final int PAGE = 4096;
    private static final int TARGET_PORT = 9100;

    private ZcrxEventLoopGroup group;

    @BeforeEach
    void startProxy() throws Exception {
        Nic.up();
        group = new ZcrxEventLoopGroup(1, Server.zeroCopy());
        InetSocketAddress target = new InetSocketAddress(Nic.PEER_ADDRESS, TARGET_PORT);
        new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new ZeroCopyProxy(target));
                    }
                })
                .bind(Nic.PORT)
                .sync();
    }

    @AfterEach
    void stopProxy() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private ZcrxMetrics metrics() {
        return group.metrics().get(0);
    }

    @Test
    void shouldForwardWithoutTouchingAByte() throws Exception {
        long bytes = 16 * MIB;
        try (Command target = Command.start("nic-peer", "patrecv", Integer.toString(TARGET_PORT))) {
            target.says("listening");
            try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, bytes)) {
                sender.endsWell();
            }
            assertTrue(target.endsWell().contains("DATA-OK bytes " + bytes), target::output);
        }
        Waiting.await(() -> "all pages back: " + metrics(), () -> metrics().heldFragments() == 0);
        ZcrxMetrics metrics = metrics();
        assertEquals(bytes, metrics.zeroCopyBytes(), metrics::toString);
        assertEquals(0, metrics.copiedBytes(), metrics::toString);
        assertEquals(0, metrics.copiedOutBytes(), metrics::toString);
        // A buffer joins 64 pages at most, a message 17 buffers. The kernel copies one now and then, which must not end
        // the zero copy.
        assertTrue(metrics.zeroCopySends() >= bytes / (17 * 64 * PAGE), metrics::toString);
        assertTrue(metrics.copiedSends() * 10 <= metrics.zeroCopySends(), metrics::toString);
        assertEquals(metrics.fragments(), metrics.refills(), metrics::toString);
    }

    /** The receiver stands still: pages stay out until it has taken them, and what it reads then is what was sent. */
    @Test
    void shouldKeepPagesUntilTheyAreAcknowledged() throws Exception {
        long bytes = 16 * MIB;
        try (Command target = Command.start("nic-peer", "patrecv", Integer.toString(TARGET_PORT))) {
            target.says("listening");
            target.stop();
            try (Command sender = Nic.send(Nic.ADDRESS, Nic.PORT, bytes)) {
                Waiting.await(() -> "pages held: " + metrics(), () -> metrics().heldPages() >= 16);
                target.goOn();
                sender.endsWell();
            }
            assertTrue(target.endsWell().contains("DATA-OK bytes " + bytes), target::output);
        }
        Waiting.await(() -> "all pages back: " + metrics(), () -> metrics().heldFragments() == 0);
        assertEquals(0, metrics().copiedOutBytes(), () -> metrics().toString());
    }
}
