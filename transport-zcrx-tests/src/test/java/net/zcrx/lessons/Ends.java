// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxSocketChannel;

/** Connections of either transport, whose other ends are plain sockets: what holds for epoll must hold for ours. */
final class Ends implements AutoCloseable {
    enum Transport {
        EPOLL(EpollSocketChannel.class, EpollIoHandler.newFactory()),
        ZCRX(
                ZcrxSocketChannel.class,
                ZcrxIoHandler.newFactory(
                        new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY).areaBytes(16 << 20)));

        private final Class<? extends SocketChannel> type;
        private final IoHandlerFactory factory;

        Transport(Class<? extends SocketChannel> type, IoHandlerFactory factory) {
            this.type = type;
            this.factory = factory;
        }
    }

    /** SO_MEMINFO, of nine numbers; see sock_diag(7). */
    private static final RawUnixChannelOption MEMORY = new RawUnixChannelOption("SO_MEMINFO", 1, 55, 36);

    private static final int SNDBUF = 3 * Integer.BYTES;
    private static final int WMEM_QUEUED = 5 * Integer.BYTES;

    private final MultiThreadIoEventLoopGroup group;
    private final Bootstrap bootstrap;
    private final ServerSocket listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());

    /** With half-closure, so that the end of one direction is not that of both. */
    Ends(Transport transport, int loops, ChannelHandler handler) throws Exception {
        group = new MultiThreadIoEventLoopGroup(loops, transport.factory);
        bootstrap = new Bootstrap()
                .group(group)
                .channel(transport.type)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(handler);
    }

    Bootstrap bootstrap() {
        return bootstrap;
    }

    EventLoop next() {
        return (EventLoop) group.next();
    }

    Pair connect() throws Exception {
        SocketChannel channel = (SocketChannel)
                bootstrap.connect(listener.getLocalSocketAddress()).sync().channel();
        Socket peer = listener.accept();
        peer.setSoTimeout(Loops.SECONDS * 1000);
        return new Pair(channel, peer);
    }

    record Pair(SocketChannel channel, Socket peer) implements AutoCloseable {
        /** Whether the kernel takes no more for now: see sk_stream_is_writeable(). */
        boolean isFull() {
            ByteBuffer info = channel.config().getOption(MEMORY).order(ByteOrder.nativeOrder());
            int queued = info.getInt(WMEM_QUEUED);
            return info.getInt(SNDBUF) - queued < queued / 2;
        }

        /** Runs {@code task} on the channel's loop, and returns what it gives. */
        <T> T onLoop(Callable<T> task) throws Exception {
            return channel.eventLoop().submit(task).get(Loops.SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public void close() throws IOException {
            peer.close();
            await(channel.close());
        }
    }

    static ChannelFuture await(ChannelFuture future) {
        assertTrue(future.awaitUninterruptibly(Loops.SECONDS, TimeUnit.SECONDS), () -> "Not done: " + future);
        return future;
    }

    static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Loops.SECONDS);
        while (!condition.call()) {
            assertTrue(System.nanoTime() - deadline < 0, () -> "Not within " + Loops.SECONDS + " s: " + what);
            Thread.sleep(1);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        assertTrue(
                group.shutdownGracefully(0, Loops.SECONDS, TimeUnit.SECONDS)
                        .awaitUninterruptibly(Loops.SECONDS, TimeUnit.SECONDS),
                "The loops do not end.");
    }
}
