// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMetrics;

/** Two event loops of a transport, and a listener whose connections go to the test that waits for one. */
final class Rig implements AutoCloseable {
    private static final List<ToLongFunction<ZcrxMetrics>> GROWING = List.of(
            ZcrxMetrics::copiedBytes,
            ZcrxMetrics::copiedBuffers,
            ZcrxMetrics::copiedOutBytes,
            ZcrxMetrics::fragments,
            ZcrxMetrics::refills,
            ZcrxMetrics::offLoopReturns,
            ZcrxMetrics::exhaustions,
            ZcrxMetrics::completionQueueFull);

    static final int SECONDS = 20;

    final Platform platform;
    final MultiThreadIoEventLoopGroup group;
    final List<Thread> threads = new ArrayList<>();
    private final IoHandlerFactory factory;
    private final List<EventLoop> loops = new ArrayList<>();
    private final ConcurrentLinkedQueue<Consumer<Channel>> waiting = new ConcurrentLinkedQueue<>();
    private final Channel listener;

    Rig(Platform platform) {
        this.platform = platform;
        factory = platform.newFactory();
        group = new MultiThreadIoEventLoopGroup(2, this::newThread, factory);
        for (EventExecutor loop : group) {
            loops.add((EventLoop) loop);
        }
        listener = new ServerBootstrap()
                .group(group)
                .channelFactory((ChannelFactory<ServerChannel>) platform::newServerSocketChannel)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel child) {
                        waiting.remove().accept(child);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        // Every thread and descriptor that the loops have is there from now on.
        roundTrips();
    }

    private Thread newThread(Runnable task) {
        Thread thread = new Thread(task, platform + "-" + threads.size());
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** The next accepted connection is given to {@code initializer}, on its loop. */
    void awaitChild(Consumer<Channel> initializer) {
        waiting.add(initializer);
    }

    EventLoop loop() {
        return loops.get(0);
    }

    EventLoop otherThan(EventLoop loop) {
        return loops.get(loop == loops.get(0) ? 1 : 0);
    }

    /** Lets each loop look at its sockets twice: a timer that is set on a loop fires in a later pass. */
    void roundTrips() {
        for (EventLoop loop : loops) {
            if (!loop.isShuttingDown()) {
                try {
                    loop.submit(() -> loop.schedule(() -> {}, 0, TimeUnit.NANOSECONDS))
                            .get(SECONDS, TimeUnit.SECONDS)
                            .get(SECONDS, TimeUnit.SECONDS);
                } catch (Exception e) {
                    if (!loop.isShuttingDown()) {
                        throw new IllegalStateException(platform + "'s loop stands still.", e);
                    }
                }
            }
        }
    }

    /** A group that ends without a quiet period and timeout leaves epoll's channels open. Ours must not need this. */
    void closeIfEpoll(Channel channel) {
        if (platform == Platform.EPOLL) {
            try {
                ((UnixChannel) channel).fd().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * What does not hold of our transport's counters, one section each: no buffer is lost, and no counter went back.
     */
    List<List<String>> brokenSince(List<ZcrxMetrics> before) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (heldBuffers() > 0 && System.nanoTime() - deadline < 0) {
            roundTrips();
        }
        List<List<String>> broken = new ArrayList<>();
        if (heldBuffers() > 0) {
            broken.add(List.of(heldBuffers() + " received buffers are lost."));
        }
        // The sum, as loops that have ended share an entry.
        List<ZcrxMetrics> now = metrics();
        for (ToLongFunction<ZcrxMetrics> counter : GROWING) {
            long sumBefore = before.stream().mapToLong(counter).sum();
            long sumNow = now.stream().mapToLong(counter).sum();
            if (sumNow < sumBefore) {
                broken.add(List.of("A counter went back from " + sumBefore + " to " + sumNow + ": " + now));
            }
        }
        return broken;
    }

    private long heldBuffers() {
        return metrics().stream().mapToLong(ZcrxMetrics::heldBuffers).sum();
    }

    /** Of all loops; empty on another transport than ours. */
    List<ZcrxMetrics> metrics() {
        return factory instanceof ZcrxIoHandlerFactory ? ((ZcrxIoHandlerFactory) factory).metrics() : List.of();
    }

    @Override
    public void close() {
        end();
    }

    void end() {
        group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(SECONDS, TimeUnit.SECONDS);
        closeIfEpoll(listener);
    }
}
