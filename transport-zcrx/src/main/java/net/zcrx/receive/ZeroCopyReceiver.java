package net.zcrx.receive;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoOps;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import net.zcrx.memory.Area;
import net.zcrx.memory.BufferPool;
import net.zcrx.memory.Reclaimer;
import net.zcrx.memory.ZcrxByteBuf;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.InterfaceQueue;
import net.zcrx.uring.Uring;

/**
 * Receives by zero copy: the NIC wrote the bytes into a page of the area, the completion names the page, and each
 * completion's page goes back on the refill ring exactly once. The same kernel interface without a NIC, where the
 * kernel copies, differs in what is counted.
 */
public final class ZeroCopyReceiver implements Receiver, Reclaimer {
    private final InterfaceQueue queue;
    private final boolean device;
    private final Growth growth;
    private final List<Area> areas = new ArrayList<>();
    private final PageLedger ledger;
    private final ExhaustionGuard guard;
    private final BufferPool pool;
    private final Counters counters = new Counters();
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    /** Pages that found the refill ring full. */
    private final TokenStack overflow = new TokenStack();

    private long received;
    private long zeroCopied;
    private boolean published = true;
    /** Since the last pass's end the kernel has got pages, or will with the next publish. */
    private boolean pagesCame;

    private boolean starved;
    private boolean flushes = true;

    /**
     * Takes over the queue and the area registered with it.
     *
     * @param device whether a NIC is there
     * @param wakeup wakes the loop from another thread
     */
    public ZeroCopyReceiver(InterfaceQueue queue, Area area, boolean device, Growth growth, Runnable wakeup) {
        this.queue = queue;
        this.device = device;
        this.growth = growth;
        pool = new BufferPool(this, wakeup);
        ledger = new PageLedger(queue.bufferBytes());
        areas.add(area);
        ledger.addArea(area.length());
        guard = new ExhaustionGuard(ledger.pages(), counters);
    }

    @Override
    public void start(Thread loop) {
        pool.owner(loop);
    }

    @Override
    public IoUringIoOps arm(int fd, int limit) {
        return Uring.recvZeroCopy(fd, queue.id(), limit);
    }

    @Override
    public ByteBuf take(IoUringIoEvent event, ByteBuf last, ByteBufAllocator alloc) {
        ByteBuffer extra = event.extraCqeData();
        long token = extra.order(ByteOrder.nativeOrder()).getLong(extra.position());
        int length = event.res();
        Area area = areas.get(PageLedger.area(token));
        int offset = PageLedger.offset(token);
        received += length;
        int held = ledger.pagesOut();
        ledger.take(token);
        counters.add(Counter.FRAGMENTS, 1);
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
        counters.add(device ? Counter.ZERO_COPY_BUFFERS : Counter.COPIED_BUFFERS, 1);
        return pool.get(area, offset, length, token, device, alloc);
    }

    @Override
    public void reclaim(long token) {
        ledger.giveBack(token);
        pagesCame = true;
        published = false;
        counters.add(Counter.REFILLS, 1);
        if (!queue.refill(token)) {
            overflow.push(token);
            counters.add(Counter.REFILL_RING_FULL, 1);
        }
    }

    @Override
    public boolean isExhausted(int result) {
        return result == Uring.ENOMEM;
    }

    @Override
    public void await(Waiter waiter) {
        counters.add(Counter.EXHAUSTIONS, 1);
        waiters.add(waiter);
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
        for (int i = waiters.size(); i > 0; i--) {
            waiters.poll().resume();
        }
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
        starved = true;
        counters.add(Counter.STARVATIONS, 1);
        grow();
    }

    @Override
    public void endPass() {
        // Where pages are short, whoever releases one on another thread wakes the loop: else it could sleep for ever
        // while the NIC waits for pages that are free.
        pool.wantReturns(starved || !waiters.isEmpty() || guard.isAboveLow(ledger.pagesOut()));
        pool.drain();
        if (!published) {
            publish();
        }
        if (!waiters.isEmpty()) {
            resumeWaiters();
        }
        if (starved && pagesCame) {
            // Only now, with pages on their way: else it would fire again at once.
            starved = false;
            queue.armEvent(InterfaceQueue.EVENT_ALLOC_FAIL);
        }
        pagesCame = false;
        // Every page that came is with the application, or went back.
        assert ledger.fragmentsOut() == pool.heldTokens()
                : ledger.fragmentsOut() + " fragments are out but the application holds " + pool.heldTokens();
        count();
    }

    @Override
    public void close() {
        queue.free();
        pool.close();
        areas.forEach(Area::release);
    }

    private void grow() {
        Area more = growth.grow(queue, areas);
        if (more != null) {
            areas.add(more);
            ledger.addArea(more.length());
            guard.resize(ledger.pages());
            pagesCame = true;
            counters.add(Counter.GROWTHS, 1);
        }
    }

    private void publish() {
        queue.publish();
        int before;
        do {
            before = overflow.size();
            if (before > 0) {
                flush();
            }
            while (!overflow.isEmpty() && queue.refill(overflow.peek())) {
                overflow.pop();
            }
            queue.publish();
        } while (!overflow.isEmpty() && overflow.size() < before);
        // What is still there goes with the next pass.
        published = overflow.isEmpty();
    }

    private void flush() {
        // Before kernel 6.19 there is no flush: then the NIC empties the ring as packets come.
        flushes = flushes && queue.flush() == 0;
    }

    private void resumeWaiters() {
        boolean flushable = flushes && !queue.isDrained();
        if (pagesCame || flushable) {
            retry();
        }
    }

    private void count() {
        if (device) {
            // The kernel counts a copy before its completion is seen here, so this may lag behind; it never goes back.
            zeroCopied = Math.max(zeroCopied, received - queue.copiedBytes());
        }
        counters.set(Counter.ZERO_COPY_BYTES, zeroCopied);
        counters.set(Counter.COPIED_BYTES, received - zeroCopied);
        counters.set(Counter.HELD_BUFFERS, pool.heldBuffers());
        counters.set(Counter.HELD_BYTES, pool.heldBytes());
        counters.set(Counter.HELD_FRAGMENTS, ledger.fragmentsOut());
        counters.set(Counter.HELD_PAGES, ledger.pagesOut());
        counters.set(Counter.OFF_LOOP_RETURNS, pool.offLoopReturns());
    }
}
