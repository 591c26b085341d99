// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import net.zcrx.receive.Counters.Counter;
import net.zcrx.receive.Receiver.Waiter;
import net.zcrx.uring.InterfaceQueue;
import net.zcrx.uring.RefillRing;
import net.zcrx.uring.TokenList;

/** Pages on their way back to the kernel, and the receives that wait for some. Used on the loop's thread only. */
final class PageReturns {
    /**
     * How often waiters look by themselves: pages may come free inside the kernel, as another connection ends, and
     * nothing reports that.
     */
    private static final long RETRY_NANOS = 20_000_000;

    private final InterfaceQueue queue;
    private final RefillRing refillRing;
    private final Counters counters;
    private final Waiters waiters = new Waiters();
    /** Pages that the kernel gets at the end of the pass. */
    private final TokenList returned = new TokenList();

    /** Pages that the kernel has got since the last pass's end, or will get next. */
    private int came;

    private boolean flushes = true;
    /** The time at which waiters look again, by {@code System.nanoTime}. */
    private long retryAt;

    PageReturns(InterfaceQueue queue, Counters counters) {
        this.queue = queue;
        this.counters = counters;
        refillRing = queue.refillRing();
    }

    /** Adds a page that nobody uses any more. */
    void add(long token) {
        came++;
        returned.add(token);
    }

    /** The kernel has got a new area: its pages are free at once, without a flush. */
    void addFree(int pages) {
        came += pages;
        retryAt = System.nanoTime();
    }

    /** Resumes {@code waiter} once, when there are pages again. */
    void await(Waiter waiter, WaitTurn turn) {
        if (waiters.isEmpty()) {
            retryAt = System.nanoTime() + RETRY_NANOS;
        }
        waiters.add(waiter, turn);
    }

    boolean isAwaited() {
        return !waiters.isEmpty();
    }

    /** Returns the time until waiters look again, in nanoseconds after {@code now}; may be negative. */
    long untilRetry(long now) {
        return retryAt - now;
    }

    /** Returns whether there are pages that the kernel does not have yet. */
    boolean isPending() {
        return !returned.isEmpty();
    }

    /** Returns whether there is nothing to do at the end of the pass. */
    boolean isQuiet() {
        return came == 0 && waiters.isEmpty() && refillRing.overflow() == 0;
    }

    /** Gives the kernel the pages that came, and waiters another try. Returns whether pages came. */
    boolean giveBack() {
        if (!returned.isEmpty() || refillRing.overflow() > 0) {
            publish();
        }
        if (!waiters.isEmpty()) {
            resumeWaiters();
        }
        boolean any = came > 0;
        came = 0;
        return any;
    }

    /** The ring is closed: nobody is resumed, and no flush is possible. */
    void close() {
        refillRing.put(returned);
    }

    private void publish() {
        counters.add(Counter.REFILL_RING_FULL, refillRing.put(returned));
        int before = Integer.MAX_VALUE;
        for (int left; (left = refillRing.overflow()) > 0 && left < before; before = left) {
            // Pages that are left go back in the next pass of any loop.
            flush();
            refillRing.put(returned);
        }
    }

    private void flush() {
        // Before kernel 6.19 there is no flush: then the NIC empties the ring as packets come.
        flushes = flushes && queue.flush() == 0;
    }

    /**
     * The kernel copies into pages of its free list only. The refill ring feeds that list when the NIC wants pages, or
     * when it is flushed: without the flush a receive that lacked a page would lack it forever. As many waiters are
     * resumed as pages came; the others would find none. From time to time all are, as pages come free inside the
     * kernel, too.
     */
    private void resumeWaiters() {
        long now = System.nanoTime();
        int pages = flushes ? refillRing.shown() : came;
        if (pages > 0) {
            flush();
        }
        if (now - retryAt >= 0) {
            retryAt = now + RETRY_NANOS;
            waiters.resumeAll();
        } else if (pages > 0) {
            waiters.resume(pages);
        }
    }
}
