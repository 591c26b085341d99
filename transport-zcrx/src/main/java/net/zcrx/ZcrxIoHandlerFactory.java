// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.util.NettyRuntime;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.SystemPropertyUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import net.zcrx.loop.AreaSize;
import net.zcrx.loop.LoopThread;
import net.zcrx.loop.RingSize;
import net.zcrx.memory.Area;
import net.zcrx.nic.NicException;
import net.zcrx.nic.QueueName;
import net.zcrx.nic.change.PortSteering;
import net.zcrx.nic.check.ZeroCopyCheck;
import net.zcrx.receive.GroupQueues;
import net.zcrx.uring.LockedMemory;
import net.zcrx.uring.ProbeRing;
import net.zcrx.uring.RingRefusal;

/** Makes a {@link ZcrxIoHandler} for each event loop of a group, and reads their counters. Safe on any thread. */
public final class ZcrxIoHandlerFactory implements IoHandlerFactory {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(ZcrxIoHandlerFactory.class);

    /** The descriptors of a ring and of what wakes its loop, and two that the JVM may open meanwhile for a moment. */
    private static final int RING_DESCRIPTORS = 2 + 2;

    private static final int MEMORY_TRIES = 20;
    private static final long MEMORY_PAUSE_NANOS = 10_000_000;

    private final ZcrxIoHandlerConfig config;
    private final RingSize size;
    private final AreaSize areaSize;
    private final boolean isNumberAsked;
    private final IoHandlerFactory uring;
    private final GroupQueues queues = new GroupQueues();
    private final LoopMetrics metrics = new LoopMetrics();
    /** The number of handlers that were made; written by one thread at a time. */
    private volatile int handlers;
    /** Mode of the first loop, with its reason; {@code null} before there is a loop. */
    private String modeOfFirst;

    /** @param loops of the group; 0 if that is not known, or Netty's default */
    ZcrxIoHandlerFactory(ZcrxIoHandlerConfig config, int loops) {
        Zcrx.ensureAvailability();
        this.config = new ZcrxIoHandlerConfig(config);
        size = ringSize(config);
        areaSize = AreaSize.of(loops);
        isNumberAsked = loops > 0 || SystemPropertyUtil.contains("io.netty.eventLoopThreads");
        uring = IoUringIoHandler.newFactory(new IoUringIoHandlerConfig()
                .setRingSize(size.entries())
                .setCqSize(size.completions())
                .setMaxUnboundedWorker(config.maxUnboundedWorkers()));
    }

    /** How long the queues of its loops are. */
    static RingSize ringSize(ZcrxIoHandlerConfig config) {
        long chunks = config.areaBytes() / config.chunkBytes();
        RingSize size = RingSize.of(config.ringEntries(), config.completionEntries(), chunks);
        ZcrxIoHandlerConfig defaults = new ZcrxIoHandlerConfig();
        boolean asked = size.entries() != defaults.ringEntries() || size.completions() != defaults.completionEntries();
        return asked
                ? size
                : size.fitting(chunks, ZeroCopyCheck.lockableBytes(), NettyRuntime.availableProcessors() * 2);
    }

    /**
     * @throws IllegalStateException if the kernel refuses a setting that the config demands; the message says what to
     *     do
     */
    @Override
    public synchronized IoHandler newHandler(ThreadAwareExecutor executor) {
        // One at a time: a loop can share a queue only when the loop that binds it has done so.
        LoopThread thread = new LoopThread(executor);
        ZcrxIoHandler handler = new ZcrxIoHandler(this, thread, newRing(thread), config, handlers, areaBytes());
        logMode(handler);
        handlers++;
        metrics.add(handler);
        return handler;
    }

    /**
     * Logs the mode once for the group, and for each loop that receives in another way than the first, or for another
     * reason.
     */
    private void logMode(ZcrxIoHandler handler) {
        String mode = handler.mode() + (handler.modeReason().isEmpty() ? "" : ": " + handler.modeReason());
        if (modeOfFirst == null) {
            modeOfFirst = mode;
            LOGGER.info("Event loops receive in mode {}", mode);
        } else if (!mode.equals(modeOfFirst)) {
            LOGGER.info("Event loop {}, unlike the first of its group, receives in mode {}", handlers, mode);
        }
    }

    /** The size of the area of one more loop that receives by copy. */
    private long areaBytes() {
        long asked = config.hasAreaBytes() ? config.areaBytes() : 0;
        return areaSize.next(asked, config.areaBytes(), config.chunkBytes(), Area.mappedBytes());
    }

    private IoUringIoHandler newRing(ThreadAwareExecutor executor) {
        // Netty's constructor leaves the ring behind if it finds no descriptor for what wakes the loop, so look before.
        RingRefusal refusal = ProbeRing.refusalOfDescriptors(RING_DESCRIPTORS);
        if (refusal != null) {
            throw new IllegalStateException(tooMany(refusal));
        }
        for (int tries = 1; ; tries++) {
            try {
                return (IoUringIoHandler) uring.newHandler(executor);
            } catch (RuntimeException e) {
                if (!String.valueOf(e.getMessage()).contains("memory")) {
                    throw e;
                }
                // Memory that closed rings had locked is given back a moment later.
                if (tries == MEMORY_TRIES) {
                    throw new LockedMemory.ExhaustedException(tooMany(RingRefusal.ofMemory()), e);
                }
                LockSupport.parkNanos(MEMORY_PAUSE_NANOS);
            }
        }
    }

    private String tooMany(RingRefusal refusal) {
        return "Event loop " + handlers + " of this group, counted from 0, cannot have a ring: "
                + refusal.sentence() + " Or ask for fewer event loops, of which each locks about "
                + size.bytes() / 1024 + " KiB (-Dio.netty.eventLoopThreads=N where none are asked for).";
    }

    /**
     * Steers the connections of a listener to the NIC queues of these event loops; to none if no loop receives by zero
     * copy.
     *
     * @throws IllegalStateException if no event loop can ever have a queue; the message says what to do
     * @throws NicException if a NIC refuses; then nothing was changed
     */
    PortSteering steer(InetSocketAddress local) throws NicException {
        requireInterfaceQueues();
        // In order, for listeners that share rules must say the same.
        SortedMap<String, SortedSet<Integer>> bound = new TreeMap<>();
        for (QueueName queue : queues.names()) {
            bound.computeIfAbsent(queue.interfaceName(), name -> new TreeSet<>())
                    .add(queue.queue());
        }
        if (bound.isEmpty()) {
            ZcrxMetrics loop = metrics().get(0);
            LOGGER.info(
                    "Port {} is not steered, as its event loops receive in mode {}{}",
                    local.getPort(),
                    loop.mode(),
                    loop.modeReason().isEmpty() ? "" : ": " + loop.modeReason());
        }
        return PortSteering.install(bound, local);
    }

    private void requireInterfaceQueues() {
        if (config.interfaceQueues().isEmpty() && !config.isLeaseMissing()) {
            throw new IllegalStateException("Connections cannot be steered to event loops that have no NIC queue. Name"
                    + " queues with ZcrxIoHandlerConfig.interfaceQueue, or do not set"
                    + " ZcrxChannelOption.FLOW_STEERING.");
        }
        if (handlers == 0) {
            throw new IllegalStateException("Connections cannot be steered to event loops that do not exist yet. Give"
                    + " ZcrxChannelOption.FLOW_STEERING the factory of the group that handles the connections.");
        }
    }

    GroupQueues queues() {
        return queues;
    }

    /** Whether the application, or whoever started it, has said how many loops there shall be. */
    boolean isNumberAsked() {
        return isNumberAsked;
    }

    /** How many queues are configured. */
    int queueCount() {
        return config.interfaceQueueCount();
    }

    /**
     * The counters of each loop, in the order in which the loops were made. Loops that have ended come last, as one:
     * their counts are added up, with mode and reason of one of them. So the sum over the list never decreases, except
     * for the gauges of held memory; after the end of the group it is the final one.
     */
    public List<ZcrxMetrics> metrics() {
        return metrics.metrics();
    }
}
