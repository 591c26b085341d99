// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Channels on sockets that somebody else has opened, and of a chosen family. */
class DescriptorTest {
    @RegisterExtension
    private final Loops loops = new Loops(2);

    /** Echoes, and tells when the channel was active. */
    private static final class Echo extends ChannelInboundHandlerAdapter {
        final CountDownLatch active = new CountDownLatch(1);

        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            active.countDown();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }

    private static void shouldEcho(Socket peer) throws Exception {
        peer.setSoTimeout(Loops.SECONDS * 1000);
        byte[] data = Loops.pattern(100_000);
        peer.getOutputStream().write(data);
        assertArrayEquals(data, peer.getInputStream().readNBytes(data.length));
    }

    @Test
    void shouldAcceptOnSocketThatListens() throws Exception {
        io.netty.channel.unix.Socket passed = io.netty.channel.unix.Socket.newSocketStream();
        passed.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        passed.listen(8);
        InetSocketAddress address = passed.localAddress();

        Echo echo = new Echo();
        Channel listener = new ServerBootstrap()
                .group(loops.group)
                .channelFactory(() -> new ZcrxServerSocketChannel(passed.intValue()))
                .childHandler(echo)
                .register()
                .sync()
                .channel();
        assertTrue(listener.isActive());
        assertEquals(address, listener.localAddress());
        try (Socket peer = new Socket(address.getAddress(), address.getPort())) {
            shouldEcho(peer);
        }
        listener.close().sync();
        assertFalse(listener.isActive());
    }

    @Test
    void shouldListenOnSocketThatDoesNotYet() throws Exception {
        io.netty.channel.unix.Socket passed = io.netty.channel.unix.Socket.newSocketStream();
        Channel listener = new ServerBootstrap()
                .group(loops.group)
                .channelFactory(() -> new ZcrxServerSocketChannel(passed.intValue()))
                .childHandler(new Echo())
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        InetSocketAddress address = (InetSocketAddress) listener.localAddress();
        try (Socket peer = new Socket(address.getAddress(), address.getPort())) {
            shouldEcho(peer);
        }
        listener.close().sync();
    }

    @Test
    void shouldReadAndWriteOnSocketThatIsConnected() throws Exception {
        try (ServerSocket acceptor = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            io.netty.channel.unix.Socket passed = io.netty.channel.unix.Socket.newSocketStream();
            passed.connect(acceptor.getLocalSocketAddress());
            Socket peer = acceptor.accept();
            passed.finishConnect();

            ZcrxSocketChannel channel = new ZcrxSocketChannel(passed.intValue());
            assertTrue(channel.isActive());
            assertEquals(acceptor.getLocalSocketAddress(), channel.remoteAddress());
            assertEquals(peer.getRemoteSocketAddress(), channel.localAddress());
            Echo echo = new Echo();
            channel.pipeline().addLast(echo);
            loops.group.register(channel).sync();
            assertTrue(echo.active.await(Loops.SECONDS, TimeUnit.SECONDS));
            shouldEcho(peer);
            channel.close().sync();
            assertEquals(-1, peer.getInputStream().read());
            peer.close();
        }
    }

    @Test
    void shouldConnectSocketThatIsNotYet() throws Exception {
        try (ServerSocket acceptor = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            io.netty.channel.unix.Socket passed = io.netty.channel.unix.Socket.newSocketStream();
            Channel channel = new Bootstrap()
                    .group(loops.group)
                    .channelFactory(() -> new ZcrxSocketChannel(passed.intValue()))
                    .handler(new Echo())
                    .connect(acceptor.getLocalSocketAddress())
                    .sync()
                    .channel();
            try (Socket peer = acceptor.accept()) {
                shouldEcho(peer);
            }
            channel.close().sync();
        }
    }

    @Test
    void shouldRefuseWhatIsNoTcpSocket() throws Exception {
        io.netty.channel.unix.Socket datagrams = io.netty.channel.unix.Socket.newSocketDgram();
        io.netty.channel.unix.Socket domain = io.netty.channel.unix.Socket.newSocketDomain();
        for (io.netty.channel.unix.Socket passed : new io.netty.channel.unix.Socket[] {datagrams, domain}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> new ZcrxSocketChannel(passed.intValue()));
            assertTrue(e.getMessage().contains("is not a TCP socket"), e.getMessage());
            assertThrows(IllegalArgumentException.class, () -> new ZcrxServerSocketChannel(passed.intValue()));
            passed.close();
        }
        assertThrows(IllegalArgumentException.class, () -> new ZcrxSocketChannel(-1));
        ChannelException e = assertThrows(ChannelException.class, () -> new ZcrxSocketChannel(1_000_000));
        assertTrue(e.getMessage().contains("Descriptor 1000000 is not open"), e.getMessage());
    }

    @Test
    void shouldBeOfFamily() throws Exception {
        ZcrxServerSocketChannel four = new ZcrxServerSocketChannel(SocketProtocolFamily.INET);
        loops.group.register(four).sync();
        four.bind(new InetSocketAddress(0)).sync();
        assertEquals(Inet4Address.class, four.localAddress().getAddress().getClass());
        ZcrxServerSocketChannel six = new ZcrxServerSocketChannel(SocketProtocolFamily.INET6);
        loops.group.register(six).sync();
        six.bind(new InetSocketAddress(0)).sync();
        assertEquals(Inet6Address.class, six.localAddress().getAddress().getClass());
        for (SocketProtocolFamily family :
                new SocketProtocolFamily[] {SocketProtocolFamily.INET, SocketProtocolFamily.INET6}) {
            ZcrxSocketChannel channel = new ZcrxSocketChannel(family);
            assertNull(channel.localAddress());
            loops.group.register(channel).sync();
            boolean reaches = channel.connect(new InetSocketAddress(
                            family == SocketProtocolFamily.INET ? "127.0.0.1" : "::1",
                            (family == SocketProtocolFamily.INET ? four : six)
                                    .localAddress()
                                    .getPort()))
                    .await()
                    .isSuccess();
            assertTrue(reaches, () -> "" + family);
            channel.close().sync();
        }
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new ZcrxSocketChannel(SocketProtocolFamily.UNIX));
        assertTrue(e.getMessage().contains("Choose INET or INET6"), e.getMessage());
        four.close().sync();
        six.close().sync();
    }
}
