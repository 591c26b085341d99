package net.zcrx.receive;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import net.zcrx.memory.Area;
import net.zcrx.uring.InterfaceQueue;
import net.zcrx.uring.RefillRing;

/**
 * What the loops that read by one interface queue share: its areas and its refill ring. The kernel keeps the queue bound
 * until the last of their rings is closed, and this keeps its memory as long, whichever loop ends first. Any thread.
 */
public final class SharedQueue {
    private static final int ENODEV = 19;

    private final boolean device;
    private final QueueAreas areas;
    private final RefillRing refillRing;
    /** What other rings import; {@code null} if the kernel gave none. */
    private final FileDescriptor exported;

    private final int exportError;
    /** What wakes each loop that uses the queue. */
    private final List<Runnable> users = new CopyOnWriteArrayList<>();

    private final AtomicBoolean starved = new AtomicBoolean();

    private SharedQueue(InterfaceQueue queue, Area area, boolean device, long maxAreaBytes) {
        this.device = device;
        areas = new QueueAreas(area, maxAreaBytes);
        refillRing = queue.refillRing();
        // Without a NIC nothing comes by a queue, and each loop has its own.
        int result = device ? queue.export() : -ENODEV;
        exported = result < 0 ? null : new FileDescriptor(result);
        exportError = result < 0 ? -result : 0;
    }

    /**
     * The receiver of the loop whose ring has registered the queue; it takes over queue and area.
     *
     * @param device whether a NIC is there
     * @param maxAreaBytes what the areas may grow to, together; that of the first one or less means no growth
     * @param wakeup wakes the loop from another thread
     */
    public static ZeroCopyReceiver begin(
            InterfaceQueue queue, Area area, boolean device, long maxAreaBytes, Runnable wakeup) {
        return new SharedQueue(queue, area, device, maxAreaBytes).enter(queue, wakeup);
    }

    /**
     * The receiver of one more loop.
     *
     * @param ring of that loop, whose thread this is, unless the loop has not begun yet
     * @throws InterfaceQueue.RefusedException if the kernel refuses, or the queue is bound no more
     */
    public synchronized ZeroCopyReceiver share(int ring, Runnable wakeup) throws InterfaceQueue.RefusedException {
        if (users.isEmpty() || exported == null) {
            throw new InterfaceQueue.RefusedException(users.isEmpty() ? ENODEV : exportError);
        }
        return enter(InterfaceQueue.share(ring, exported.intValue(), refillRing), wakeup);
    }

    private ZeroCopyReceiver enter(InterfaceQueue queue, Runnable wakeup) {
        users.add(wakeup);
        return new ZeroCopyReceiver(queue, this, wakeup);
    }

    /** The ring is closed. */
    synchronized void leave(Runnable wakeup) {
        users.remove(wakeup);
        if (!users.isEmpty()) {
            return;
        }
        try {
            if (exported != null) {
                exported.close();
            }
        } catch (IOException e) {
            // The descriptor is gone all the same.
        }
        refillRing.free();
        areas.release();
    }

    /** Whether a loop uses it still. */
    public boolean isBound() {
        return !users.isEmpty();
    }

    /** How many loops use it. */
    int users() {
        return users.size();
    }

    /** Whether a NIC is there. */
    boolean hasDevice() {
        return device;
    }

    QueueAreas areas() {
        return areas;
    }

    RefillRing refillRing() {
        return refillRing;
    }

    /** The NIC found no free page: each loop shall give back what it can, now. */
    void starve() {
        starved.set(true);
        users.forEach(Runnable::run);
    }

    boolean isStarved() {
        return starved.get();
    }

    /** Pages are on their way. True for the one loop that lets the kernel tell the next time. */
    boolean endStarvation() {
        return starved.get() && starved.compareAndSet(true, false);
    }
}
