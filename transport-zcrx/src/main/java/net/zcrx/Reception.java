package net.zcrx;

import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import net.zcrx.memory.Area;
import net.zcrx.receive.CopyReceiver;
import net.zcrx.receive.Growth;
import net.zcrx.receive.Receiver;
import net.zcrx.receive.ZeroCopyReceiver;
import net.zcrx.uring.InterfaceQueue;
import net.zcrx.uring.Native;
import net.zcrx.uring.RingFd;
import net.zcrx.uring.ZeroCopyFeatures;

/** A loop's receiver, and why it is the one it is. */
final class Reception {
    private static final long NANOS_PER_MILLI = 1_000_000;
    /** A queue stays bound for a moment after its last owner died, as a kernel thread closes the ring. */
    private static final long HELD_QUEUE_PATIENCE_NANOS = 5_000 * NANOS_PER_MILLI;

    private static final long LONGEST_PAUSE_MILLIS = 200;
    private static final int MIN_PAGES = 256;

    private static final int EPERM = 1;
    private static final int ENOMEM = 12;
    private static final int EEXIST = 17;

    private final Receiver receiver;
    private final ZcrxMode mode;
    private final String reason;

    private Reception(Receiver receiver, ZcrxMode mode, String reason) {
        this.receiver = receiver;
        this.mode = mode;
        this.reason = reason;
    }

    /**
     * @param index the loop's number in its group
     * @param eventUserData of completions that tell a kernel event
     * @throws IllegalStateException if the kernel refuses what the config demands
     */
    static Reception open(IoUringIoHandler uring, ZcrxIoHandlerConfig config, int index, long eventUserData) {
        int ring = RingFd.of(uring);
        switch (config.mode()) {
            case COPY:
                return copy(uring, ring, config, "");
            case ZERO_COPY:
            case KERNEL_COPY:
                try {
                    return zeroCopy(uring, ring, config, index, eventUserData);
                } catch (ZeroCopyException e) {
                    throw new IllegalStateException(
                            "Mode " + config.mode() + " was demanded but does not work: " + e.getMessage(), e);
                }
            default:
                if (config.interfaceQueues().isEmpty()) {
                    return copy(uring, ring, config, "no interface queue is configured for zero copy");
                }
                try {
                    return zeroCopy(uring, ring, config, index, eventUserData);
                } catch (ZeroCopyException e) {
                    return copy(uring, ring, config, e.getMessage());
                }
        }
    }

    private static Reception copy(IoUringIoHandler uring, int ring, ZcrxIoHandlerConfig config, String reason) {
        Area area = Area.allocate(config.areaBytes());
        try {
            Receiver receiver = new CopyReceiver(
                    ring, area, config.chunkBytes(), IoUring.isRegisterBufferRingIncSupported(), uring::wakeup);
            return new Reception(receiver, ZcrxMode.COPY, reason);
        } catch (RuntimeException e) {
            area.release();
            throw e;
        }
    }

    private static Reception zeroCopy(
            IoUringIoHandler uring, int ring, ZcrxIoHandlerConfig config, int index, long eventUserData)
            throws ZeroCopyException {
        ZcrxIoHandlerConfig.InterfaceQueueName name = null;
        int interfaceIndex = -1;
        ZeroCopyFeatures features = ZeroCopyFeatures.query();
        if (config.mode() == ZcrxMode.KERNEL_COPY) {
            if (!features.hasNoDevice()) {
                throw new ZeroCopyException(
                        "this kernel has no zero-copy receive without a device; use Linux 7.1 or later");
            }
        } else {
            name = ZeroCopyException.queueOf(config, index);
            interfaceIndex = ZeroCopyException.interfaceIndex(name);
        }
        long bytes = config.areaBytes();
        for (; ; ) {
            Area area = Area.allocate(bytes);
            try {
                InterfaceQueue queue = register(ring, config, area, interfaceIndex, name, features, eventUserData);
                Growth growth = new Growth(features.hasAddArea() ? config.maxAreaBytes() : bytes);
                boolean device = name != null;
                Receiver receiver = new ZeroCopyReceiver(queue, area, device, growth, uring::wakeup);
                String reason = bytes == config.areaBytes()
                        ? ""
                        : "with an area of " + bytes + " bytes instead of " + config.areaBytes()
                                + ": more memory may not be locked (ulimit -l)";
                return new Reception(receiver, device ? ZcrxMode.ZERO_COPY : ZcrxMode.KERNEL_COPY, reason);
            } catch (InterfaceQueue.RefusedException e) {
                area.release();
                bytes /= 2;
                boolean smaller = config.mode() == ZcrxMode.AUTO && isMemory(e.errno(), bytes);
                if (!smaller || bytes < (long) MIN_PAGES * Native.pageSize()) {
                    throw ZeroCopyException.refused(e.errno(), name, config);
                }
            }
        }
    }

    private static boolean isMemory(int errno, long bytes) {
        return errno == ENOMEM || errno == EPERM && bytes * 2 > Native.memoryLockLimit();
    }

    private static InterfaceQueue register(
            int ring,
            ZcrxIoHandlerConfig config,
            Area area,
            int interfaceIndex,
            ZcrxIoHandlerConfig.InterfaceQueueName name,
            ZeroCopyFeatures features,
            long eventUserData)
            throws InterfaceQueue.RefusedException {
        // As many entries as pages: it can be full only when pages are out several times over.
        int pages = (int) Math.min(
                InterfaceQueue.MAX_REFILL_ENTRIES, Math.max(config.maxAreaBytes(), area.length()) / Native.pageSize());
        InterfaceQueue.Request request = new InterfaceQueue.Request(
                        Integer.highestOneBit(pages * 2 - 1), area.address(), area.length())
                .receiveBufferBytes(features.hasReceiveBufferLength() ? config.receiveBufferBytes() : 0);
        if (name != null) {
            request.on(interfaceIndex, name.queue());
        }
        if (features.hasEvents()) {
            request.events(eventUserData);
        }
        long deadline = System.nanoTime() + HELD_QUEUE_PATIENCE_NANOS;
        long pauseMillis = 10;
        for (; ; ) {
            try {
                return InterfaceQueue.register(ring, request);
            } catch (InterfaceQueue.RefusedException e) {
                if (e.errno() != EEXIST || System.nanoTime() - deadline > 0) {
                    throw e;
                }
                pause(pauseMillis);
                pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
            }
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Receiver receiver() {
        return receiver;
    }

    ZcrxMode mode() {
        return mode;
    }

    /** Why the mode is not a better one, or what else there is to know; empty if nothing. */
    String reason() {
        return reason;
    }
}
