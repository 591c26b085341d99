// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.netty42;

import java.util.concurrent.ThreadFactory;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;

/**
 * This project's transport: zero copy if {@code -Dbench.queue=INTERFACE:QUEUES} names a NIC's queues, else copying.
 * {@code -Dbench.receiveBuffer=BYTES} sets how much of its memory the NIC takes at a time.
 */
public final class ZcrxTransport extends Netty42Transport {
    private final ZcrxIoHandlerFactory factory;

    public ZcrxTransport(int loops, ThreadFactory threads) {
        this(loops, threads, ZcrxIoHandler.newFactory(config()));
    }

    private ZcrxTransport(int loops, ThreadFactory threads, ZcrxIoHandlerFactory factory) {
        super(loops, threads, factory, ZcrxServerSocketChannel.class, ZcrxSocketChannel.class);
        this.factory = factory;
    }

    private static ZcrxIoHandlerConfig config() {
        String queue = System.getProperty("bench.queue");
        if (queue == null) {
            return new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY);
        }
        return new ZcrxIoHandlerConfig()
                .mode(ZcrxMode.ZERO_COPY)
                .interfaceQueues(queue)
                .receiveBufferBytes(Integer.getInteger("bench.receiveBuffer", 0));
    }

    @Override
    public long heldBytes() {
        return factory.metrics().stream().mapToLong(ZcrxMetrics::heldBytes).sum();
    }

    @Override
    public String counters() {
        long zeroCopyBytes = 0;
        long copiedBytes = 0;
        long copiedOutBytes = 0;
        long buffers = 0;
        long refills = 0;
        long exhaustions = 0;
        long coalescings = 0;
        for (ZcrxMetrics loop : factory.metrics()) {
            zeroCopyBytes += loop.zeroCopyBytes();
            copiedBytes += loop.copiedBytes();
            copiedOutBytes += loop.copiedOutBytes();
            buffers += loop.zeroCopyBuffers() + loop.copiedBuffers();
            refills += loop.refills();
            exhaustions += loop.exhaustions();
            coalescings += loop.coalescings();
        }
        return "zeroCopyBytes=" + zeroCopyBytes + " copiedBytes=" + copiedBytes + " copiedOutBytes=" + copiedOutBytes
                + " buffers=" + buffers + " refills=" + refills + " exhaustions=" + exhaustions
                + " coalescings=" + coalescings;
    }
}
