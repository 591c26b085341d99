// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoOps;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.zcrx.event.FlightRecorder;
import net.zcrx.memory.Area;
import net.zcrx.memory.BufferPool;
import net.zcrx.memory.Reclaimer;
import net.zcrx.memory.ZcrxByteBuf;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.Errno;
import net.zcrx.uring.InterfaceQueue;
import net.zcrx.uring.RefillRing;
import net.zcrx.uring.Uring;

/**
 * Receives by zero copy: the NIC has written the bytes into a page of the queue's area, the completion names the page,
 * and each completion's page goes back on the refill ring exactly once. Without a NIC the kernel interface is the same,
 * but the kernel copies and other counters count.
 *
 * <p>Each serves one loop and one queue. Other loops may read from the same queue; each counts and bounds what it took
 * itself.
 */
public final class ZeroCopyReceiver implements Receiver, Reclaimer {
    /**
     * How often pages that other threads released are looked for, where the kernel does not report that pages are
     * short.
     */
    private static final long DRAIN_NANOS = 20_000_000;

    private final InterfaceQueue queue;
    private final SharedQueue shared;
    private final Starvation starvation;
    private final RefillRing refillRing;
    private final Runnable wakeup;
    private final boolean device;
    private final PageLedger ledger;
    private final ExhaustionGuard guard;
    private final BufferPool pool;
    private final Counters counters = new Counters();
    private final PageReturns returns;
    private final Tenants tenants;

    private Area[] areas = {};
    private int users;
    private long received;
    private long receivedThisPass;
    private long copied;
    private long buffers;

    /** @param users how many loops read by the queue, this one included */
    ZeroCopyReceiver(InterfaceQueue queue, SharedQueue shared, Runnable wakeup, int users) {
        this.queue = queue;
        this.shared = shared;
        starvation = shared.starvation();
        tenants = new Tenants(starvation);
        this.wakeup = wakeup;
        refillRing = shared.refillRing();
        device = shared.hasDevice();
        pool = new BufferPool(this, wakeup);
        ledger = new PageLedger(refillRing.bufferBytes());
        guard = new ExhaustionGuard(1, 0, counters);
        returns = new PageReturns(queue, counters);
        follow(users);
    }

    /** Returns the queue that it reads from. */
    public SharedQueue queue() {
        return shared;
    }

    @Override
    public void start(Thread loop) {
        pool.owner(loop);
    }

    @Override
    public IoUringIoOps arm(int fd, int limit, boolean bulk) {
        return Uring.recvZeroCopy(fd, queue.id(), limit);
    }

    @Override
    public void enter(Tenant tenant) {
        if (device) {
            tenants.enter(tenant);
        }
    }

    @Override
    public void leave(Tenant tenant) {
        tenants.leave(tenant);
    }

    @Override
    public void receive(IoUringIoEvent event, Inbound inbound, ByteBufAllocator alloc) {
        ByteBuffer extra = event.extraCqeData();
        long token = extra.order(ByteOrder.nativeOrder()).getLong(extra.position());
        try {
            ByteBuf buffer = take(token, event.res(), inbound, alloc);
            if (buffer != null) {
                inbound.add(buffer);
            }
        } catch (RuntimeException | Error e) {
            inbound.fail(e);
        }
    }

    /** Returns a buffer with the bytes on the page of {@code token}; {@code null} if the last one took them in. */
    private ByteBuf take(long token, int length, Inbound inbound, ByteBufAllocator alloc) {
        if (PageLedger.area(token) >= areas.length) {
            followOthers();
        }
        receivedThisPass += length;
        int held = ledger.pagesOut();
        ledger.take(token);
        boolean handedOut = false;
        try {
            if (guard.isHigh(held)) {
                // Copying out costs the loop's time as long as the application holds on. More memory, if allowed, costs
                // once.
                grow();
            }
            Area area = areas[PageLedger.area(token)];
            int offset = PageLedger.offset(token);
            if (guard.update(held)) {
                return guard.copyOut(area, offset, length, alloc);
            }
            ByteBuf buffer = null;
            if (!(inbound.last() instanceof ZcrxByteBuf last)
                    || !inbound.mayGrow(length)
                    || !pool.extend(last, area, offset, length, token)) {
                buffer = pool.get(area, offset, length, token, device, alloc);
                buffers++;
            }
            handedOut = true;
            return buffer;
        } finally {
            // Copied out; or the channel's allocator has thrown.
            if (!handedOut) {
                reclaim(token);
            }
        }
    }

    @Override
    public void reclaim(long released) {
        ledger.giveBack(released);
        returns.add(released);
    }

    /** Other loops may go on using the queue, so the kernel has not taken the page back by itself. */
    @Override
    public void reclaimLate(long token) {
        refillRing.put(token);
        if (pool.heldBuffers() == 0) {
            // Before the counts of held buffers: when those are 0 after the end, all counts are final.
            countAreas(0);
        }
        counters.set(Counter.HELD_BUFFERS, pool.heldBuffers());
        counters.set(Counter.HELD_BYTES, pool.heldBytes());
        counters.set(Counter.HELD_FRAGMENTS, pool.heldTokens());
    }

    @Override
    public boolean isExhausted(int result) {
        // io_zcrx_copy_chunk() of io_uring/zcrx.c: a fragment has to be copied, and no page is free.
        return result == -Errno.ENOMEM;
    }

    @Override
    public void await(Waiter waiter, WaitTurn turn, int limit) {
        counters.add(Counter.EXHAUSTIONS, 1);
        returns.await(waiter, turn);
    }

    @Override
    public boolean isTransient(int result) {
        if (result == -Errno.ENOSPC) {
            // The completion queue was full; by now it has been read.
            counters.add(Counter.COMPLETION_QUEUE_FULL, 1);
            return true;
        }
        return false;
    }

    @Override
    public boolean isZeroCopy() {
        return device;
    }

    @Override
    public boolean isCopyingOut() {
        return guard.isCopyingOut();
    }

    @Override
    public Counters counters() {
        return counters;
    }

    /** The kernel reports that the NIC found no free page. */
    public void starved() {
        counters.add(Counter.STARVATIONS, 1);
        FlightRecorder.starves(ledger.pagesOut());
        grow();
        shared.starve();
    }

    /** Called when the kernel's events cannot be heard. */
    public void stopListening() {
        shared.stopListening(this);
    }

    /** Wakes the loop; any thread. */
    void wakeUp() {
        wakeup.run();
    }

    /**
     * Counts the bytes of the areas, all of which are locked and so resident. Any thread, if {@code shared} does it.
     */
    void countAreas(long bytes) {
        counters.set(Counter.AREA_BYTES, bytes);
        counters.set(Counter.RESIDENT_BYTES, bytes);
    }

    Tenants tenants() {
        return tenants;
    }

    @Override
    public long beginPass() {
        if (returns.isPending()) {
            giveBack();
            // If the last page has come back, the pass may end without a count.
            count();
        }
        boolean waiting = returns.isAwaited();
        boolean asking = starvation.isStarved() && shared.isListener(this);
        boolean looking = pool.heldTokens() > 0 && !shared.hasListener();
        if (!waiting && !asking && !looking) {
            return FOR_EVER;
        }
        long now = System.nanoTime();
        long most = looking ? DRAIN_NANOS : FOR_EVER;
        if (waiting) {
            most = Math.min(most, returns.untilRetry(now));
        }
        if (asking) {
            most = Math.min(most, starvation.since() + Starvation.PERIOD_NANOS - now);
        }
        return Math.max(0, most);
    }

    @Override
    public boolean endPass() {
        if (users != shared.users() || areas != shared.areas().list()) {
            followOthers();
        }
        tenants.endPass();
        if (starvation.isStarved()) {
            askAgain();
        }
        if (isQuiet()) {
            return false;
        }
        // Where pages are short, a thread that releases one wakes the loop. Otherwise it could sleep forever while the
        // NIC waits for pages that are free.
        pool.wantReturns(starvation.isStarved() || returns.isAwaited() || guard.isAboveLow(ledger.pagesOut()));
        pool.drain();
        if (receivedThisPass > 0) {
            starvation.move();
        }
        giveBack();
        // Each page is with the application, or went back.
        assert ledger.fragmentsOut() == pool.heldTokens()
                : ledger.fragmentsOut() + " fragments are out but the application holds " + pool.heldTokens();
        count();
        return false;
    }

    /** No page came back to this loop; but the kernel may have found some, or the NIC still finds none. */
    private void askAgain() {
        long now = System.nanoTime();
        if (shared.isListener(this) && now - starvation.since() >= Starvation.PERIOD_NANOS) {
            starvation.ask(now);
            queue.armEvent(InterfaceQueue.EVENT_ALLOC_FAIL);
        }
    }

    private void giveBack() {
        if (returns.giveBack() && starvation.end() && shared.hasListener()) {
            // Only now that pages are on their way: before, it would fire again at once.
            queue.armEvent(InterfaceQueue.EVENT_ALLOC_FAIL);
        }
    }

    /** A loop may read from many queues, and most of them bring nothing in most passes. */
    private boolean isQuiet() {
        return receivedThisPass == 0 && pool.heldTokens() == 0 && returns.isQuiet();
    }

    @Override
    public void close() {
        guard.end(ledger.pagesOut());
        pool.drain();
        returns.close();
        count();
        boolean held = pool.heldBuffers() > 0;
        pool.close();
        queue.free();
        shared.leave(this);
        if (!held) {
            countAreas(0);
        }
    }

    private void grow() {
        if (shared.areas().grow(queue, areas.length)) {
            shared.grown();
            returns.addFree(areas[0].length() / refillRing.bufferBytes());
            counters.add(Counter.GROWTHS, 1);
            FlightRecorder.grows(shared.areas().list().length, shared.areas().bytes());
        }
        followOthers();
    }

    /**
     * Takes note of areas that this loop or another has added, and of loops that came or went: each bounds itself to
     * its share.
     */
    private void followOthers() {
        follow(shared.users());
    }

    private void follow(int newUsers) {
        Area[] all = shared.areas().list();
        for (int i = areas.length; i < all.length; i++) {
            ledger.addArea(all[i].length());
        }
        areas = all;
        users = newUsers;
        // Not the bytes that the ledger knows: other loops may know of an area that the kernel refused.
        long pages = 0;
        for (Area area : all) {
            pages += area.length() / refillRing.bufferBytes();
        }
        guard.resize((int) (pages / users));
    }

    private void count() {
        received += receivedThisPass;
        if (!device) {
            copied = received;
        } else if (receivedThisPass > 0) {
            copied += refillRing.takeCopiedBytes(receivedThisPass);
        }
        receivedThisPass = 0;
        counters.set(Counter.ZERO_COPY_BYTES, received - copied);
        counters.set(Counter.COPIED_BYTES, copied);
        counters.set(Counter.FRAGMENTS, ledger.taken());
        counters.set(device ? Counter.ZERO_COPY_BUFFERS : Counter.COPIED_BUFFERS, buffers);
        counters.set(Counter.REFILLS, ledger.givenBack());
        counters.set(Counter.HELD_BUFFERS, pool.heldBuffers());
        counters.set(Counter.HELD_BYTES, pool.heldBytes());
        counters.set(Counter.HELD_FRAGMENTS, ledger.fragmentsOut());
        counters.set(Counter.HELD_PAGES, ledger.pagesOut());
        counters.set(Counter.OFF_LOOP_RETURNS, pool.offLoopReturns());
    }
}
