package net.zcrx.receive;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoOps;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.zcrx.memory.Area;
import net.zcrx.memory.BufferPool;
import net.zcrx.memory.Reclaimer;
import net.zcrx.memory.ZcrxByteBuf;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.InterfaceQueue;
import net.zcrx.uring.RefillRing;
import net.zcrx.uring.TokenList;
import net.zcrx.uring.Uring;

/**
 * Receives by zero copy: the NIC wrote the bytes into a page of the queue's area, the completion names the page, and
 * each completion's page goes back on the refill ring exactly once. The same kernel interface without a NIC, where the
 * kernel copies, differs in what is counted.
 *
 * <p>One for a loop and a queue. Other loops may read by the same queue; each counts and bounds what it took itself.
 */
public final class ZeroCopyReceiver implements Receiver, Reclaimer {
    private final InterfaceQueue queue;
    private final SharedQueue shared;
    private final RefillRing refillRing;
    private final Runnable wakeup;
    private final boolean device;
    private final PageLedger ledger;
    private final ExhaustionGuard guard;
    private final BufferPool pool;
    private final Counters counters = new Counters();
    private final Waiters waiters = new Waiters();
    /** Pages that the kernel gets at the end of the pass. */
    private final TokenList returned = new TokenList();

    private Area[] areas = {};
    private int users;
    private long received;
    private long receivedThisPass;
    private long copied;
    private long buffers;
    /** Since the last pass's end the kernel has got pages, or will at this one's. */
    private boolean pagesCame;

    private boolean flushes = true;

    ZeroCopyReceiver(InterfaceQueue queue, SharedQueue shared, Runnable wakeup) {
        this.queue = queue;
        this.shared = shared;
        this.wakeup = wakeup;
        refillRing = shared.refillRing();
        device = shared.hasDevice();
        pool = new BufferPool(this, wakeup);
        ledger = new PageLedger(refillRing.bufferBytes());
        guard = new ExhaustionGuard(1, counters);
        followOthers();
    }

    /** The queue that it reads by. */
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
    public ByteBuf take(IoUringIoEvent event, ByteBuf last, ByteBufAllocator alloc) {
        ByteBuffer extra = event.extraCqeData();
        long token = extra.order(ByteOrder.nativeOrder()).getLong(extra.position());
        int length = event.res();
        if (PageLedger.area(token) >= areas.length) {
            followOthers();
        }
        Area area = areas[PageLedger.area(token)];
        int offset = PageLedger.offset(token);
        receivedThisPass += length;
        int held = ledger.pagesOut();
        ledger.take(token);
        if (guard.isHigh(held)) {
            // Copying out costs the loop's time for as long as the application holds on: memory, if allowed, once.
            grow();
        }
        if (guard.isCopyingOut(held)) {
            try {
                return guard.copyOut(area, offset, length, alloc);
            } finally {
                // Also if the channel's allocator throws.
                reclaim(token);
            }
        }
        if (last instanceof ZcrxByteBuf && pool.extend((ZcrxByteBuf) last, area, offset, length, token)) {
            return last;
        }
        buffers++;
        return pool.get(area, offset, length, token, device, alloc);
    }

    @Override
    public void reclaim(long token) {
        ledger.giveBack(token);
        pagesCame = true;
        returned.add(token);
    }

    /** Other loops may use the queue on, so that the kernel has not taken the page back by itself. */
    @Override
    public void reclaimLate(long token) {
        refillRing.put(token);
        counters.set(Counter.HELD_BUFFERS, pool.heldBuffers());
        counters.set(Counter.HELD_BYTES, pool.heldBytes());
        counters.set(Counter.HELD_FRAGMENTS, pool.heldTokens());
    }

    @Override
    public boolean isExhausted(int result) {
        return result == Uring.ENOMEM;
    }

    @Override
    public void await(Waiter waiter, Turn turn) {
        counters.add(Counter.EXHAUSTIONS, 1);
        waiters.add(waiter, turn);
    }

    /**
     * The kernel's copies take pages from its free list only, which the refill ring feeds when the NIC wants pages, or
     * when it is flushed: without the flush a receive that lacked a page would lack it for ever.
     */
    @Override
    public void retry() {
        if (waiters.isEmpty()) {
            return;
        }
        flush();
        waiters.resumeAll();
    }

    @Override
    public boolean isTransient(int result) {
        if (result == Uring.ENOSPC) {
            // The completion queue was full; by now it has been read.
            counters.add(Counter.CQ_FULL, 1);
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

    /** The kernel's event: the NIC found no free page. */
    public void starved() {
        counters.add(Counter.STARVATIONS, 1);
        shared.starve();
        grow();
    }

    @Override
    public boolean endPass() {
        if (users != shared.users() || areas != shared.areas().list()) {
            followOthers();
        }
        if (isQuiet()) {
            return false;
        }
        // Where pages are short, whoever releases one on another thread wakes the loop: else it could sleep for ever
        // while the NIC waits for pages that are free.
        pool.wantReturns(shared.isStarved() || !waiters.isEmpty() || guard.isAboveLow(ledger.pagesOut()));
        pool.drain();
        if (!returned.isEmpty() || refillRing.overflow() > 0) {
            publish();
        }
        if (!waiters.isEmpty()) {
            resumeWaiters();
        }
        if (pagesCame && shared.endStarvation()) {
            // Only now, with pages on their way: else it would fire again at once.
            queue.armEvent(InterfaceQueue.EVENT_ALLOC_FAIL);
        }
        pagesCame = false;
        // Every page that came is with the application, or went back.
        assert ledger.fragmentsOut() == pool.heldTokens()
                : ledger.fragmentsOut() + " fragments are out but the application holds " + pool.heldTokens();
        count();
        return false;
    }

    /** A loop may read by many queues, and most of them bring nothing in most passes. */
    private boolean isQuiet() {
        return receivedThisPass == 0
                && !pagesCame
                && pool.heldTokens() == 0
                && waiters.isEmpty()
                && refillRing.overflow() == 0;
    }

    @Override
    public void close() {
        pool.drain();
        refillRing.put(returned);
        count();
        pool.close();
        queue.free();
        shared.leave(wakeup);
    }

    private void grow() {
        if (shared.areas().grow(queue, areas.length)) {
            pagesCame = true;
            counters.add(Counter.GROWTHS, 1);
        }
        followOthers();
    }

    /** Areas that this loop or another has added, and loops that came or went: each bounds itself to its share. */
    private void followOthers() {
        Area[] all = shared.areas().list();
        for (int i = areas.length; i < all.length; i++) {
            ledger.addArea(all[i].length());
        }
        areas = all;
        users = shared.users();
        // Not what the ledger knows: of an area that the kernel refused other loops may have heard.
        long pages = 0;
        for (Area area : all) {
            pages += area.length() / refillRing.bufferBytes();
        }
        guard.resize((int) (pages / users));
    }

    private void publish() {
        counters.add(Counter.REFILL_RING_FULL, refillRing.put(returned));
        int before = Integer.MAX_VALUE;
        for (int left; (left = refillRing.overflow()) > 0 && left < before; before = left) {
            // What is still there after that goes with the next pass, of whatever loop.
            flush();
            refillRing.put(returned);
        }
    }

    private void flush() {
        // Before kernel 6.19 there is no flush: then the NIC empties the ring as packets come.
        flushes = flushes && queue.flush() == 0;
    }

    private void resumeWaiters() {
        boolean flushable = flushes && !refillRing.isDrained();
        if (pagesCame || flushable) {
            retry();
        }
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
