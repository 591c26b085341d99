// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import net.zcrx.memory.Area;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Event loops whose areas can be shared. When they end, every buffer must have come back and all memory be unmapped.
 */
final class SharedLoops implements AfterEachCallback {
    static final int SECONDS = 20;

    final MultiThreadIoEventLoopGroup group;
    final ZcrxIoHandlerFactory factory;
    private final long mappedBefore = Area.mappedBytes();
    private boolean closed;

    SharedLoops(int count) {
        factory = ZcrxIoHandler.newFactory(
                new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY).areaBytes(8 << 20).sharedMemory(true));
        group = new MultiThreadIoEventLoopGroup(count, factory);
    }

    static DomainSocketAddress newAddress() {
        return new DomainSocketAddress(
                Path.of(System.getProperty("java.io.tmpdir"), "zcrx-" + UUID.randomUUID() + ".sock")
                        .toString());
    }

    ServerBootstrap server(ChannelHandler childHandler) {
        return new ServerBootstrap()
                .group(group)
                .channel(ZcrxSharedServerChannel.class)
                .localAddress(newAddress())
                .childHandler(childHandler);
    }

    Bootstrap client(ChannelHandler handler) {
        return new Bootstrap().group(group).channel(ZcrxSharedChannel.class).handler(handler);
    }

    /** A server and a client that is connected to it. */
    Channel connect(ChannelHandler serverHandler, ChannelHandler clientHandler) throws Exception {
        Channel server = server(serverHandler).bind().sync().channel();
        return client(clientHandler).connect(server.localAddress()).sync().channel();
    }

    long heldBuffers() {
        return factory.metrics().stream().mapToLong(ZcrxMetrics::heldBuffers).sum();
    }

    /** Lets each loop look at its channels some times. */
    void letRun() throws Exception {
        for (int i = 0; i < 3; i++) {
            for (Object loop : group) {
                ((EventLoop) loop)
                        .submit(() -> ((EventLoop) loop).schedule(() -> {}, 0, TimeUnit.NANOSECONDS))
                        .get(SECONDS, TimeUnit.SECONDS)
                        .get(SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    /** There is nothing to be done, so nothing is. */
    void assertSleep() throws Exception {
        letRun();
        long begin = cpuNanos();
        Thread.sleep(300);
        long used = cpuNanos() - begin;
        assertTrue(used < TimeUnit.MILLISECONDS.toNanos(100), () -> "Idle loops have run for " + used + " ns.");
    }

    private long cpuNanos() throws Exception {
        long sum = 0;
        for (Object loop : group) {
            long thread = ((EventLoop) loop)
                    .submit(() -> Thread.currentThread().getId())
                    .get(SECONDS, TimeUnit.SECONDS);
            sum += ManagementFactory.getThreadMXBean().getThreadCpuTime(thread);
        }
        return sum;
    }

    void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.call()) {
            assertTrue(System.nanoTime() - deadline < 0, () -> "Not within " + SECONDS + " s: " + what);
            letRun();
        }
    }

    void shutDown() {
        closed = true;
        assertTrue(
                group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(SECONDS, TimeUnit.SECONDS),
                "The loops do not end.");
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        if (!closed) {
            try {
                await("every buffer returned", () -> heldBuffers() == 0);
            } finally {
                shutDown();
            }
        }
        // What is out when loops end comes back by leases, at which a thread looks now and then.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (Area.mappedBytes() != mappedBefore && System.nanoTime() - deadline < 0) {
            Thread.sleep(1);
        }
        assertEquals(mappedBefore, Area.mappedBytes(), "Memory is mapped still.");
    }
}
