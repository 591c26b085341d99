// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxSocketChannel;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connecting: every way that it can end. */
@ExtendWith(Invariants.class)
class ConnectTest {
    @RegisterExtension
    private final Loops loops = new Loops(1);

    private final Recorder recorder = new Recorder();

    private ZcrxSocketChannel registered() throws Exception {
        ZcrxSocketChannel channel = new ZcrxSocketChannel();
        channel.pipeline().addLast(recorder);
        loops.group.register(channel).sync();
        return channel;
    }

    private static ChannelFuture await(ChannelFuture future) throws InterruptedException {
        assertTrue(future.await(Loops.SECONDS, TimeUnit.SECONDS));
        return future;
    }

    @Test
    void shouldTellRefusal() throws Exception {
        SocketAddress nobody;
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = listener.getLocalSocketAddress();
        }
        ChannelFuture connect = await(loops.client(recorder).connect(nobody));
        assertInstanceOf(ConnectException.class, connect.cause());
        assertTrue(connect.cause().getMessage().contains(nobody.toString()), () -> "" + connect.cause());
        await(connect.channel().closeFuture());
    }

    @Test
    void shouldTimeOut() throws Exception {
        try (FullBacklog listener = new FullBacklog()) {
            ChannelFuture connect = await(loops.client(recorder)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 50)
                    .connect(listener.address()));
            assertInstanceOf(ConnectTimeoutException.class, connect.cause());
            await(connect.channel().closeFuture());
        }
    }

    @Test
    void shouldCloseWhenAttemptIsCancelled() throws Exception {
        try (FullBacklog listener = new FullBacklog()) {
            ZcrxSocketChannel channel = registered();
            ChannelFuture connect = channel.connect(listener.address());
            loops.letRun();
            assertTrue(connect.cancel(false));
            await(channel.closeFuture());
            assertTrue(connect.isCancelled());
        }
    }

    @Test
    void shouldTellLocalAddressWhileItConnects() throws Exception {
        try (FullBacklog listener = new FullBacklog()) {
            ZcrxSocketChannel channel = registered();
            assertNull(channel.localAddress());
            channel.connect(listener.address());
            loops.letRun();
            assertTrue(channel.localAddress().getPort() > 0, () -> "" + channel.localAddress());
            assertNull(channel.remoteAddress());
            await(channel.close());
        }
    }

    @Test
    void shouldRefuseSecondAttempt() throws Exception {
        try (FullBacklog listener = new FullBacklog()) {
            ZcrxSocketChannel channel = registered();
            channel.connect(listener.address());
            assertInstanceOf(
                    ConnectionPendingException.class,
                    await(channel.connect(listener.address())).cause());
            await(channel.close());
        }
        try (Loops.Pair pair = loops.connect(recorder)) {
            SocketAddress remote = pair.channel().remoteAddress();
            assertInstanceOf(
                    AlreadyConnectedException.class,
                    await(pair.channel().connect(remote)).cause());
            assertTrue(pair.channel().isActive());
        }
    }

    @Test
    void shouldRefuseUnresolvedAddress() throws Exception {
        ZcrxSocketChannel channel = registered();
        assertInstanceOf(
                UnresolvedAddressException.class,
                await(channel.connect(InetSocketAddress.createUnresolved("nowhere", 1)))
                        .cause());
        await(channel.close());
    }

    @Test
    void shouldConnectFromLocalAddress() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress local = new InetSocketAddress("127.0.0.2", 0);
            ChannelFuture connect = await(loops.client(recorder).connect(listener.getLocalSocketAddress(), local));
            try (Socket peer = listener.accept()) {
                assertEquals(local.getAddress(), peer.getInetAddress());
                assertEquals(connect.channel().localAddress(), peer.getRemoteSocketAddress());
            }
            await(connect.channel().close());
        }
    }

    @Test
    void shouldConnectByIpv6AndMapped() throws Exception {
        for (String address : new String[] {"::1", "127.0.0.1", "::ffff:127.0.0.1"}) {
            try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getByName(address))) {
                ChannelFuture connect = await(loops.client(recorder).connect(listener.getLocalSocketAddress()));
                assertTrue(connect.isSuccess(), () -> address + ": " + connect.cause());
                try (Socket peer = listener.accept()) {
                    assertEquals(
                            listener.getLocalSocketAddress(), connect.channel().remoteAddress());
                    assertEquals(
                            peer.getRemoteSocketAddress(), connect.channel().localAddress());
                    connect.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {1, 2}));
                    assertArrayEquals(new byte[] {1, 2}, peer.getInputStream().readNBytes(2));
                }
                await(connect.channel().close());
            }
        }
    }

    /** In a network of its own, as the system's setting allows it to clients only. */
    @Test
    void shouldSendWhatWaitedWithFirstPacket() throws Exception {
        String enter = "ip link set lo up && sysctl -qw net.ipv4.tcp_fastopen=3 && exec \"$@\"";
        try (Child child = new Child(List.of("unshare", "-n", "sh", "-c", enter, "sh"), FastOpenChild.class)) {
            assertEquals("abcdabcdabcd", child.await("echoes"));
            assertEquals("2", child.await("active"));
            assertEquals("2", child.await("passive"));
        }
    }

    /** Without anything else to say: the empty buffer alone must not leave the attempt unmade. */
    @Test
    void shouldConnectThroughFastOpenWithEmptyBuffer() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listener.setSoTimeout(Loops.SECONDS * 1000);
            ZcrxSocketChannel channel = registered();
            channel.config().setOption(ChannelOption.TCP_FASTOPEN_CONNECT, true);
            ChannelFuture empty = channel.write(channel.alloc().directBuffer(2));
            assertTrue(await(channel.connect(listener.getLocalSocketAddress())).isSuccess());
            try (Socket peer = listener.accept()) {
                assertTrue(await(empty).isSuccess());
                assertFalse(peer.isClosed());
            }
            await(channel.close());
        }
    }

    @Test
    void shouldFailFlushBeforeConnected() throws Exception {
        ZcrxSocketChannel channel = registered();
        ChannelFuture write = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {1}));
        assertFalse(await(write).isSuccess());
        assertTrue(channel.isOpen());
        await(channel.close());
    }
}
