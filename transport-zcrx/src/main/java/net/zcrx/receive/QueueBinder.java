// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import net.zcrx.memory.Area;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.QueueName;
import net.zcrx.nic.check.Refusals;
import net.zcrx.uring.Errno;
import net.zcrx.uring.InterfaceQueue;
import net.zcrx.uring.Native;
import net.zcrx.uring.RefillRing;
import net.zcrx.uring.ZeroCopyFeatures;

/**
 * Binds a queue of a NIC to a loop's ring, with an area for its pages: with less memory if less may be locked, and with
 * some patience for a queue that was in use until now. Without a NIC the kernel copies to the pages.
 */
public final class QueueBinder {
    private static final long NANOS_PER_MILLI = 1_000_000;
    /** A queue stays bound for a moment after its last owner died, as a kernel thread closes the ring. */
    private static final long HELD_QUEUE_PATIENCE_NANOS = 5_000 * NANOS_PER_MILLI;

    private static final long LONGEST_PAUSE_MILLIS = 200;
    private final Settings settings;
    private final ZeroCopyFeatures features;
    /** The queue's name; {@code null} without a NIC. */
    private final QueueName name;

    private final int interfaceIndex;
    private final long minAreaBytes;
    /** Whether the queue is on lease, and its ring cannot be seen. */
    private final boolean leased;

    /**
     * The settings that the user has chosen.
     *
     * @param areaBytes of the first area
     * @param maxAreaBytes of all areas together
     * @param receiveBufferBytes of a receive buffer; less than a page, as 0, stands for a page, which is the kernel's
     *     least
     * @param takesLess whether a smaller area will do, if the first one cannot be locked
     * @param sharedMemory whether other processes may map the areas
     */
    public record Settings(
            long areaBytes, long maxAreaBytes, int receiveBufferBytes, boolean takesLess, boolean sharedMemory) {}

    /** @param areaBytes of the area that the queue was bound with */
    public record Bound(ZeroCopyReceiver receiver, long areaBytes) {}

    private QueueBinder(
            Settings settings,
            ZeroCopyFeatures features,
            QueueName name,
            int interfaceIndex,
            long minAreaBytes,
            boolean leased) {
        this.settings = settings;
        this.features = features;
        this.name = name;
        this.interfaceIndex = interfaceIndex;
        this.minAreaBytes = minAreaBytes;
        this.leased = leased;
    }

    /** @throws NicException if the kernel needs a NIC */
    public static QueueBinder withoutNic(Settings settings, ZeroCopyFeatures features) throws NicException {
        if (!features.hasNoDevice()) {
            throw new NicException("This kernel has no zero-copy receive without a device. Use Linux 7.1 or later.");
        }
        return new QueueBinder(settings, features, null, -1, NicSnapshot.POOL_CACHE * (long) Native.pageSize(), false);
    }

    /** @throws NicException if there is no such NIC */
    public static QueueBinder of(QueueName name, Settings settings, ZeroCopyFeatures features) throws NicException {
        NicSnapshot nic = NicInspector.inspect(name.interfaceName());
        int bufferBytes = Math.max(Native.pageSize(), settings.receiveBufferBytes);
        return new QueueBinder(
                settings, features, name, nic.interfaceIndex(), nic.areaBytesAtLeast(bufferBytes), nic.isNetkit());
    }

    /**
     * Binds the queue.
     *
     * @param ring of the loop
     * @param eventUserData of completions that tell a kernel event
     * @param wakeup wakes the loop from another thread
     * @throws NicException if the kernel refuses; the message says what to do
     */
    public Bound bind(int ring, long eventUserData, Runnable wakeup) throws NicException {
        long bytes = settings.areaBytes;
        requireArea(bytes);
        for (; ; ) {
            Area area = Area.allocate(bytes, settings.sharedMemory);
            try {
                InterfaceQueue queue = register(ring, area, eventUserData);
                long maxAreaBytes = features.hasAddArea() ? settings.maxAreaBytes : bytes;
                return new Bound(SharedQueue.begin(queue, area, name, interfaceIndex, maxAreaBytes, wakeup), bytes);
            } catch (InterfaceQueue.RefusedException e) {
                area.release();
                boolean smaller = settings.takesLess && isMemory(e.errno(), bytes) && bytes / 2 >= minAreaBytes;
                if (!smaller) {
                    throw refusal(bytes, e.errno());
                }
                bytes /= 2;
            } catch (RuntimeException | Error e) {
                // The refill ring failed, or the heap is full.
                area.release();
                throw e;
            }
        }
    }

    private static boolean isMemory(int errno, long bytes) {
        return errno == Errno.ENOMEM || errno == Errno.EPERM && bytes > Native.memoryLockLimit();
    }

    private void requireArea(long bytes) throws NicException {
        if (bytes >= minAreaBytes) {
            return;
        }
        throw name == null
                ? Refusals.smallArea(bytes, minAreaBytes)
                : Refusals.smallArea(name.interfaceName(), leased, bytes, minAreaBytes);
    }

    private NicException refusal(long areaBytes, int errno) {
        return name == null
                ? Refusals.refusedArea(areaBytes, errno)
                : Refusals.refusedRegistration(name.interfaceName(), name.queue(), areaBytes, errno);
    }

    private InterfaceQueue register(int ring, Area area, long eventUserData) throws InterfaceQueue.RefusedException {
        // As many entries as pages: it can be full only when pages are out several times over.
        int pageBytes = Native.pageSize();
        int pages = (int) Math.min(RefillRing.MAX_ENTRIES, Math.max(settings.maxAreaBytes, area.length()) / pageBytes);
        boolean hasLargerBuffers = features.hasReceiveBufferLength() && settings.receiveBufferBytes > pageBytes;
        InterfaceQueue.Request request = new InterfaceQueue.Request(
                        Integer.highestOneBit(pages * 2 - 1), area.address(), area.length())
                .receiveBufferBytes(hasLargerBuffers ? settings.receiveBufferBytes : 0);
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
                if (e.errno() != Errno.EEXIST || System.nanoTime() - deadline > 0 || !pause(pauseMillis)) {
                    throw e;
                }
                pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
            }
        }
    }

    /** Returns whether it paused; an interrupted thread does not wait. */
    private static boolean pause(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
