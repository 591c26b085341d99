// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;
import net.zcrx.servers.Await;
import net.zcrx.shared.ZcrxSharedChannel;
import net.zcrx.shared.ZcrxSharedServerChannel;

/** Event loops of one side of a test. When it closes them, everything that they received must have been released. */
public final class Loops implements AutoCloseable {
    private static final int SHUTDOWN_SECONDS = 10;

    private final EventLoopGroup group;
    private final Class<? extends ServerChannel> serverChannel;
    private final Class<? extends Channel> channel;

    private Loops(
            EventLoopGroup group, Class<? extends ServerChannel> serverChannel, Class<? extends Channel> channel) {
        this.group = group;
        this.serverChannel = serverChannel;
        this.channel = channel;
    }

    /** On our transport. */
    public static Loops zcrx(int threads) {
        return zcrx(threads, new ZcrxIoHandlerConfig());
    }

    /** On our transport. */
    public static Loops zcrx(int threads, ZcrxIoHandlerConfig config) {
        return new Loops(
                new ZcrxEventLoopGroup(threads, config), ZcrxServerSocketChannel.class, ZcrxSocketChannel.class);
    }

    /**
     * On our transport, for connections by shared memory. They must have written something by it when they are closed.
     */
    public static Loops shared(int threads) {
        return new Loops(
                new ZcrxEventLoopGroup(threads, new ZcrxIoHandlerConfig().sharedMemory(true)),
                ZcrxSharedServerChannel.class,
                ZcrxSharedChannel.class);
    }

    /** On Java's own selectors. */
    public static Loops nio(int threads) {
        return new Loops(
                new MultiThreadIoEventLoopGroup(threads, NioIoHandler.newFactory()),
                NioServerSocketChannel.class,
                NioSocketChannel.class);
    }

    public EventLoopGroup group() {
        return group;
    }

    public Class<? extends ServerChannel> serverChannel() {
        return serverChannel;
    }

    public Class<? extends Channel> channel() {
        return channel;
    }

    public boolean isShared() {
        return channel == ZcrxSharedChannel.class;
    }

    /** Where a server of these loops can listen. */
    public SocketAddress newAddress() {
        // An abstract name leaves no file.
        return isShared()
                ? new DomainSocketAddress("\0zcrx-" + UUID.randomUUID())
                : new InetSocketAddress(NetUtil.LOCALHOST4, 0);
    }

    /** The sum of a counter over all loops; 0 if they are not on our transport. */
    public long sum(ToLongFunction<ZcrxMetrics> counter) {
        return sum(metrics(), counter);
    }

    /** The sum of a counter over these loops. */
    public static long sum(List<ZcrxMetrics> loops, ToLongFunction<ZcrxMetrics> counter) {
        return loops.stream().mapToLong(counter).sum();
    }

    /** Bytes that a loop has received by TCP, or written by shared memory. */
    public static long carriedBytes(ZcrxMetrics loop) {
        return loop.copiedBytes() + loop.zeroCopyBytes() + loop.sharedCopiedBytes() + loop.sharedHandedOverBytes();
    }

    /** Of loops that have ended: everything that they received must have been released. */
    public static void assertNothingHeld(List<ZcrxMetrics> ended) {
        assertEquals(0, sum(ended, ZcrxMetrics::heldBuffers), ended::toString);
    }

    private List<ZcrxMetrics> metrics() {
        return group instanceof ZcrxEventLoopGroup zcrx ? zcrx.metrics() : List.of();
    }

    /** Waits until nothing is held of what was received. */
    public void awaitAllReleased() {
        Await.until(
                () -> {
                    // A loop that sleeps counts what other threads released when it wakes.
                    for (EventExecutor loop : group) {
                        loop.submit(() -> {}).syncUninterruptibly();
                    }
                    return sum(ZcrxMetrics::heldBuffers) == 0;
                },
                () -> "Received buffers were not released: " + metrics());
    }

    @Override
    public void close() {
        try {
            awaitAllReleased();
            if (isShared()) {
                long written = sum(ZcrxMetrics::sharedCopiedBytes) + sum(ZcrxMetrics::sharedHandedOverBytes);
                assertTrue(written > 0, "Nothing went by shared memory.");
            }
        } finally {
            group.shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }
}
