// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import net.zcrx.memory.Area;
import net.zcrx.nic.NicException;
import net.zcrx.nic.QueueName;
import net.zcrx.nic.check.Refusals;
import net.zcrx.uring.Errno;
import net.zcrx.uring.InterfaceQueue;
import net.zcrx.uring.RefillRing;

/**
 * A queue of a NIC that a loop has bound, or a queue without a NIC: the areas and the refill ring that all loops which
 * read from it share. The kernel keeps the queue bound until the last of their rings is closed. This keeps the memory
 * as long, whichever loop ends first. Any thread.
 */
public final class SharedQueue {

    /** The queue's name; {@code null} without a NIC. */
    private final QueueName name;

    private final int interfaceIndex;
    private final QueueAreas areas;
    private final RefillRing refillRing;
    /** The descriptor that other rings import; {@code null} if the kernel gave none. */
    private final FileDescriptor exported;

    private final int exportError;
    /** The receivers, one per loop that uses the queue. */
    private final List<ZeroCopyReceiver> users = new CopyOnWriteArrayList<>();

    private final Starvation starvation;
    /** The receiver of the loop that hears the kernel's events; {@code null} if none does. */
    private volatile ZeroCopyReceiver listener;

    private SharedQueue(InterfaceQueue queue, Area area, QueueName name, int interfaceIndex, long maxAreaBytes) {
        this.name = name;
        this.interfaceIndex = interfaceIndex;
        areas = new QueueAreas(area, maxAreaBytes);
        refillRing = queue.refillRing();
        // Without a NIC there are no packets to follow, and each loop has a queue of its own.
        int result = name == null ? -Errno.ENODEV : queue.export();
        exported = result < 0 ? null : new FileDescriptor(result);
        exportError = result < 0 ? -result : 0;
        starvation = new Starvation(area.length(), queue.hasEvents());
    }

    /**
     * Returns the receiver of the loop whose ring has registered the queue; it takes over queue and area.
     *
     * @param name of the queue; {@code null} without a NIC
     * @param interfaceIndex of the NIC
     * @param maxAreaBytes the most bytes of all areas together; the length of the first area, or less, means no growth
     * @param wakeup wakes the loop from another thread
     */
    public static ZeroCopyReceiver begin(
            InterfaceQueue queue, Area area, QueueName name, int interfaceIndex, long maxAreaBytes, Runnable wakeup) {
        SharedQueue shared = new SharedQueue(queue, area, name, interfaceIndex, maxAreaBytes);
        ZeroCopyReceiver receiver = shared.enter(queue, wakeup);
        if (queue.hasEvents()) {
            shared.listener = receiver;
        }
        return receiver;
    }

    /**
     * Returns the receiver of one more loop.
     *
     * @param ring of that loop, whose thread this is, unless the loop has not begun yet
     * @param wakeup wakes that loop
     * @throws NicException if the kernel refuses, or the queue is not bound any more
     */
    public synchronized ZeroCopyReceiver share(int ring, Runnable wakeup) throws NicException {
        if (users.isEmpty() || exported == null) {
            throw refusal(users.isEmpty() ? Errno.ENODEV : exportError);
        }
        try {
            return enter(InterfaceQueue.share(ring, exported.intValue(), refillRing), wakeup);
        } catch (InterfaceQueue.RefusedException e) {
            throw refusal(e.errno());
        }
    }

    private NicException refusal(int errno) {
        return Refusals.refusedSharing(name.interfaceName(), name.queue(), errno);
    }

    private ZeroCopyReceiver enter(InterfaceQueue queue, Runnable wakeup) {
        ZeroCopyReceiver receiver = new ZeroCopyReceiver(queue, this, wakeup, users.size() + 1);
        users.add(receiver);
        countAreas();
        return receiver;
    }

    /** The loop's ring is closed: its receiver is done with the queue. */
    synchronized void leave(ZeroCopyReceiver receiver) {
        users.remove(receiver);
        stopListening(receiver);
        if (!users.isEmpty()) {
            receiver.countAreas(0);
            countAreas();
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

    /** Returns whether a loop still uses the queue. */
    public boolean isBound() {
        return !users.isEmpty();
    }

    /** Returns how many loops use the queue. */
    int users() {
        return users.size();
    }

    /** Returns whether there is a NIC. */
    boolean hasDevice() {
        return name != null;
    }

    /** Returns the queue's name; {@code null} without a NIC. */
    public QueueName name() {
        return name;
    }

    int interfaceIndex() {
        return interfaceIndex;
    }

    QueueAreas areas() {
        return areas;
    }

    RefillRing refillRing() {
        return refillRing;
    }

    Starvation starvation() {
        return starvation;
    }

    /** Called when there is one more area. */
    synchronized void grown() {
        starvation.resize(areas.bytes());
        countAreas();
    }

    /**
     * The loop that has used the queue for the longest time counts its memory, so that a sum over all loops is right.
     */
    private void countAreas() {
        if (!users.isEmpty()) {
            users.get(0).countAreas(areas.bytes());
        }
    }

    /** Called when the NIC found no free page: each loop must give back the pages that it can, now. */
    void starve() {
        boolean tie = starvation.begin(System.nanoTime());
        if (tie) {
            breakTie();
        }
        users.forEach(ZeroCopyReceiver::wakeUp);
    }

    /** Connections wait for each other's pages: ends the one that holds most. */
    private void breakTie() {
        Tenants most = null;
        for (ZeroCopyReceiver each : users) {
            Tenants its = each.tenants();
            most = most == null || its.mostHeld() > most.mostHeld() ? its : most;
        }
        if (most != null && most.mostHeld() > 0) {
            starvation.move();
            most.endLargest();
        }
    }

    boolean isListener(ZeroCopyReceiver receiver) {
        return listener == receiver;
    }

    /** Returns whether a loop gets an event when the NIC finds no page. */
    boolean hasListener() {
        return listener != null;
    }

    /** This loop does not hear events, or not any more: each loop has to look by itself from now on. */
    void stopListening(ZeroCopyReceiver receiver) {
        if (listener == receiver) {
            listener = null;
            starvation.stopReports();
            users.forEach(ZeroCopyReceiver::wakeUp);
        }
    }
}
