// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Event loops in copy mode. When they end, every received buffer must have come back. A test class that registers them
 * as an extension has new ones for each test.
 */
final class Loops implements AfterEachCallback {
    static final int SECONDS = 20;

    final MultiThreadIoEventLoopGroup group;
    private final ZcrxIoHandlerFactory factory;
    private final List<EventLoop> loops = new ArrayList<>();
    private boolean closed;

    Loops(int count) {
        this(count, new ZcrxIoHandlerConfig());
    }

    Loops(int count, ZcrxIoHandlerConfig config) {
        factory = ZcrxIoHandler.newFactory(config.mode(ZcrxMode.COPY));
        group = new MultiThreadIoEventLoopGroup(count, factory);
        group.forEach(loop -> loops.add((EventLoop) loop));
    }

    EventLoop loop(int index) {
        return loops.get(index);
    }

    ZcrxMetrics metrics() {
        return factory.metrics().get(0);
    }

    List<ZcrxMetrics> allMetrics() {
        return factory.metrics();
    }

    Bootstrap client(ChannelHandler handler) {
        return new Bootstrap().group(group).channel(ZcrxSocketChannel.class).handler(handler);
    }

    ServerBootstrap server(ChannelHandler childHandler) {
        return new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .localAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .childHandler(childHandler);
    }

    /** A connection of ours whose other end is a plain socket. */
    Pair connect(ChannelHandler handler) throws Exception {
        return connect(client(handler));
    }

    static Pair connect(Bootstrap bootstrap) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ZcrxSocketChannel channel = (ZcrxSocketChannel)
                    bootstrap.connect(listener.getLocalSocketAddress()).sync().channel();
            Socket peer = listener.accept();
            peer.setSoTimeout(SECONDS * 1000);
            return new Pair(channel, peer);
        }
    }

    /** The two ends of a connection. */
    record Pair(ZcrxSocketChannel channel, Socket peer) implements AutoCloseable {
        void send(byte[] data) throws IOException {
            peer.getOutputStream().write(data);
        }

        /** Sends on a thread of its own: for more than the sockets hold. */
        CompletableFuture<Void> sendAll(byte[] data) {
            return CompletableFuture.runAsync(() -> {
                try {
                    send(data);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }

        /**
         * Makes the channel, whose auto-read is off, receive something for a read() that is taken back before the data
         * comes: then it is kept for the next one.
         */
        void receiveUnwanted(Loops loops, byte[] data) throws Exception {
            onLoop(channel::read);
            loops.letRun();
            onLoop(() -> {
                // Only on the loop this takes a read() back that the loop has heard of.
                channel.config().setAutoRead(true);
                channel.config().setAutoRead(false);
                send(data);
                return null;
            });
            loops.await("data is kept", () -> loops.heldBuffers() > 0);
        }

        /** Runs {@code task} on the channel's loop, between two of its passes, and returns what it gives. */
        <T> T onLoop(Callable<T> task) throws Exception {
            return channel.eventLoop().submit(task).get(SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public void close() throws IOException {
            peer.close();
            assertTrue(channel.close().awaitUninterruptibly(SECONDS, TimeUnit.SECONDS), "The channel does not close.");
        }
    }

    /** An action of a test's. */
    interface Action {
        void run() throws Exception;
    }

    /** Runs {@code action} on the caller's thread while {@code loop} stands still, as in a slow handler. */
    static void whileStopped(EventLoop loop, Action action) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        loop.execute(() -> {
            begun.countDown();
            awaitUninterruptibly(over);
        });
        assertTrue(begun.await(SECONDS, TimeUnit.SECONDS));
        try {
            action.run();
        } finally {
            over.countDown();
        }
    }

    static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets each loop look at its sockets some times: a timer that is set on the loop fires in a later pass. */
    void letRun() throws Exception {
        for (int i = 0; i < 3; i++) {
            for (EventLoop loop : loops) {
                loop.submit(() -> loop.schedule(() -> {}, 0, TimeUnit.NANOSECONDS))
                        .get(SECONDS, TimeUnit.SECONDS)
                        .get(SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    /** Switches auto-read off now and then, on this thread and not on the channel's, until {@code condition} holds. */
    void toggleAutoReadUntil(Pair pair, Callable<Boolean> condition) throws Exception {
        Random random = new Random(1);
        while (!condition.call()) {
            pair.channel().config().setAutoRead(random.nextBoolean());
            if (!pair.channel().config().isAutoRead()) {
                letRun();
                pair.channel().config().setAutoRead(true);
            }
        }
    }

    /** Waits until {@code condition} holds, letting the loops run meanwhile. */
    void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.call()) {
            assertTrue(System.nanoTime() - deadline < 0, () -> "Not within " + SECONDS + " s: " + what);
            letRun();
        }
    }

    long heldBuffers() {
        return factory.metrics().stream().mapToLong(ZcrxMetrics::heldBuffers).sum();
    }

    void awaitAllReturned() throws Exception {
        await("every buffer returned", () -> heldBuffers() == 0);
    }

    /** Ends the loops, whether the application holds buffers or not. */
    void shutDown() {
        closed = true;
        assertTrue(
                group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(SECONDS, TimeUnit.SECONDS),
                "The loops do not end.");
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        end();
    }

    /** Ends the loops, unless the test did. */
    void end() throws Exception {
        if (!closed) {
            try {
                awaitAllReturned();
            } finally {
                shutDown();
            }
            assertEquals(0, heldBuffers());
        }
    }

    /** Bytes that tell their position, so that a lost, doubled or moved one shows. */
    static byte[] pattern(int length) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) (i * 31 + (i >>> 8) * 17 + (i >>> 16) * 7);
        }
        return data;
    }

    /** Sends without waiting, until the kernel takes no more or all is sent; returns how many bytes it took. */
    static int fill(SocketChannel flow, ByteBuffer data) throws IOException {
        flow.configureBlocking(false);
        int sent = 0;
        for (int count; (count = flow.write(data)) > 0; ) {
            sent += count;
        }
        return sent;
    }

    static byte[] readFully(Socket socket) {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
