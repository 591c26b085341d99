// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import java.util.List;
import net.zcrx.memory.Area;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.QueueName;
import net.zcrx.nic.check.Refusals;
import net.zcrx.receive.BoundQueue;
import net.zcrx.receive.CopyReceiver;
import net.zcrx.receive.GroupQueues;
import net.zcrx.receive.Receiver;
import net.zcrx.receive.SharedQueue;
import net.zcrx.receive.ZeroCopyReceiver;
import net.zcrx.uring.Errno;
import net.zcrx.uring.InterfaceQueue;
import net.zcrx.uring.Native;
import net.zcrx.uring.RefillRing;
import net.zcrx.uring.RingFd;
import net.zcrx.uring.ZeroCopyFeatures;

/** A loop's receiver, and why it is the one it is. */
final class ReceiverChoice {
    private static final long NANOS_PER_MILLI = 1_000_000;
    /** A queue stays bound for a moment after its last owner died, as a kernel thread closes the ring. */
    private static final long HELD_QUEUE_PATIENCE_NANOS = 5_000 * NANOS_PER_MILLI;

    private static final long LONGEST_PAUSE_MILLIS = 200;
    /**
     * Pages that the page pool of a queue keeps at hand beside those in the NIC's ring (PP_ALLOC_CACHE_SIZE). An area
     * of no more than both leaves the kernel none to copy into, and what must be copied would wait for ever.
     */
    private static final int POOL_CACHE = 128;
    /** For a NIC that does not tell how long its ring is. */
    private static final int USUAL_RING = 256;

    private final Receiver receiver;
    private final ZcrxMode mode;
    private final String reason;

    private ReceiverChoice(Receiver receiver, ZcrxMode mode, String reason) {
        this.receiver = receiver;
        this.mode = mode;
        this.reason = reason;
    }

    /**
     * @param index the loop's number in its group
     * @param eventUserData of completions that tell a kernel event
     * @param queues of the group
     * @param copyBytes of the area if the loop receives by copy
     * @throws IllegalStateException if the kernel refuses what the config demands
     */
    static ReceiverChoice open(
            IoUringIoHandler uring,
            Runnable wakeup,
            ZcrxIoHandlerConfig config,
            int index,
            long eventUserData,
            GroupQueues queues,
            long copyBytes) {
        int ring = RingFd.of(uring);
        switch (config.mode()) {
            case COPY:
                return copy(wakeup, ring, config, copyBytes, "");
            case ZERO_COPY:
            case KERNEL_COPY:
                try {
                    return zeroCopy(wakeup, ring, config, index, eventUserData, queues);
                } catch (NicException e) {
                    throw new IllegalStateException(
                            "Mode " + config.mode() + " was demanded but does not work: " + e.getMessage(), e);
                }
            default:
                if (config.interfaceQueues().isEmpty()) {
                    return copy(wakeup, ring, config, copyBytes, "no interface queue is configured for zero copy");
                }
                try {
                    return zeroCopy(wakeup, ring, config, index, eventUserData, queues);
                } catch (NicException e) {
                    return copy(wakeup, ring, config, copyBytes, e.getMessage());
                }
        }
    }

    private static ReceiverChoice copy(
            Runnable wakeup, int ring, ZcrxIoHandlerConfig config, long bytes, String reason) {
        Area area = Area.allocate(bytes);
        try {
            Receiver receiver = new CopyReceiver(
                    ring, area, config.chunkBytes(), IoUring.isRegisterBufferRingIncSupported(), wakeup);
            return new ReceiverChoice(receiver, ZcrxMode.COPY, reason);
        } catch (RuntimeException | Error e) {
            area.release();
            throw e;
        }
    }

    private static ReceiverChoice zeroCopy(
            Runnable wakeup, int ring, ZcrxIoHandlerConfig config, int index, long eventUserData, GroupQueues queues)
            throws NicException {
        ZeroCopyFeatures features = ZeroCopyFeatures.query();
        if (config.mode() == ZcrxMode.KERNEL_COPY) {
            return bind(wakeup, ring, config, Device.none(features), features, eventUserData);
        }
        List<QueueName> names = config.interfaceQueues();
        if (names.isEmpty()) {
            throw new NicException(
                    "No interface queue is configured. Name one with ZcrxIoHandlerConfig.interfaceQueue.");
        }
        QueueName name = names.get(index % names.size());
        BoundQueue bound = queues.find(name);
        if (bound != null) {
            return new ReceiverChoice(bound.share(ring, wakeup), ZcrxMode.ZERO_COPY, "");
        }
        NicException refusal = queues.refusal(name);
        if (refusal != null && index >= names.size()) {
            throw refusal;
        }
        try {
            Device device = Device.of(config, name);
            if (!features.hasExport() && (index > 0 || config.mode() == ZcrxMode.AUTO)) {
                // Any connection may come by any queue of the group, and a loop that cannot follow could not read it
                // at all. How many loops there will be nobody knows at the first.
                throw new NicException(
                        "This kernel cannot share interface queues between event loops. Use Linux 6.19 or"
                                + " later; or, with a single event loop, demand mode ZERO_COPY.");
            }
            ReceiverChoice choice = bind(wakeup, ring, config, device, features, eventUserData);
            queues.add(new BoundQueue(name, device.interfaceIndex(), ((ZeroCopyReceiver) choice.receiver()).queue()));
            return choice;
        } catch (NicException e) {
            queues.refuse(name, e);
            throw e;
        }
    }

    private static ReceiverChoice bind(
            Runnable wakeup,
            int ring,
            ZcrxIoHandlerConfig config,
            Device device,
            ZeroCopyFeatures features,
            long eventUserData)
            throws NicException {
        long bytes = config.areaBytes();
        device.requireArea(bytes);
        for (; ; ) {
            Area area = Area.allocate(bytes);
            try {
                InterfaceQueue queue = register(ring, config, area, device, features, eventUserData);
                long maxAreaBytes = features.hasAddArea() ? config.maxAreaBytes() : bytes;
                Receiver receiver = SharedQueue.begin(queue, area, device.exists(), maxAreaBytes, wakeup);
                String reason = bytes == config.areaBytes()
                        ? ""
                        : "with an area of " + bytes + " bytes instead of " + config.areaBytes()
                                + ", for more memory may not be locked. Fix it with: ulimit -l unlimited";
                ZcrxMode mode = device.exists() ? ZcrxMode.ZERO_COPY : ZcrxMode.KERNEL_COPY;
                return new ReceiverChoice(receiver, mode, reason);
            } catch (InterfaceQueue.RefusedException e) {
                area.release();
                boolean smaller = config.mode() == ZcrxMode.AUTO
                        && isMemory(e.errno(), bytes)
                        && bytes / 2 >= device.minAreaBytes();
                if (!smaller) {
                    throw device.refusal(bytes, e.errno());
                }
                bytes /= 2;
            } catch (RuntimeException | Error e) {
                // Of the refill ring, or of a heap that is full.
                area.release();
                throw e;
            }
        }
    }

    private static boolean isMemory(int errno, long bytes) {
        return errno == Errno.ENOMEM || errno == Errno.EPERM && bytes > Native.memoryLockLimit();
    }

    /** Where the pages of an area go: a queue of a NIC, or none. */
    private record Device(NicSnapshot nic, int queue, long minAreaBytes) {
        static Device none(ZeroCopyFeatures features) throws NicException {
            if (!features.hasNoDevice()) {
                throw new NicException(
                        "This kernel has no zero-copy receive without a device. Use Linux 7.1 or later.");
            }
            return new Device(null, 0, POOL_CACHE * (long) Native.pageSize());
        }

        static Device of(ZcrxIoHandlerConfig config, QueueName name) throws NicException {
            NicSnapshot nic = NicInspector.inspect(name.interfaceName());
            int bufferBytes = config.receiveBufferBytes() == 0 ? Native.pageSize() : config.receiveBufferBytes();
            long pages = nic.ringEntries().orElse(USUAL_RING) + (long) POOL_CACHE;
            return new Device(nic, name.queue(), (pages + 1) * bufferBytes);
        }

        boolean exists() {
            return nic != null;
        }

        int interfaceIndex() {
            return nic.interfaceIndex();
        }

        void requireArea(long bytes) throws NicException {
            if (bytes < minAreaBytes) {
                throw new NicException("An area of " + bytes + " bytes is too small"
                        + (exists() ? " for " + nic.interfaceName() + ", whose ring alone can take most of it" : "")
                        + ". Set ZcrxIoHandlerConfig.areaBytes to " + minAreaBytes
                        + (exists()
                                ? " or more, or shorten the ring with: sudo ethtool -G " + nic.interfaceName() + " rx N"
                                : " or more."));
            }
        }

        NicException refusal(long areaBytes, int errno) {
            return exists()
                    ? Refusals.refusedRegistration(nic.interfaceName(), queue, areaBytes, errno)
                    : new NicException("The kernel refused an area of " + areaBytes
                            + " bytes for zero-copy receive without a device (errno " + errno
                            + "). It may be more than can be locked. Fix it with: ulimit -l unlimited");
        }
    }

    private static InterfaceQueue register(
            int ring,
            ZcrxIoHandlerConfig config,
            Area area,
            Device device,
            ZeroCopyFeatures features,
            long eventUserData)
            throws InterfaceQueue.RefusedException {
        // As many entries as pages: it can be full only when pages are out several times over.
        int pages = (int)
                Math.min(RefillRing.MAX_ENTRIES, Math.max(config.maxAreaBytes(), area.length()) / Native.pageSize());
        InterfaceQueue.Request request = new InterfaceQueue.Request(
                        Integer.highestOneBit(pages * 2 - 1), area.address(), area.length())
                .receiveBufferBytes(features.hasReceiveBufferLength() ? config.receiveBufferBytes() : 0);
        if (device.exists()) {
            request.on(device.interfaceIndex(), device.queue());
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
                if (e.errno() != Errno.EEXIST || System.nanoTime() - deadline > 0 || !pause(pauseMillis)) {
                    throw e;
                }
                pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
            }
        }
    }

    /** Whether it paused; an interrupted thread does not wait. */
    private static boolean pause(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
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
