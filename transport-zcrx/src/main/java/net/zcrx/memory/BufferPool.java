// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import io.netty.buffer.ByteBufAllocator;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;

/**
 * The received buffers of one event loop: handed out on the loop's thread (the owner), taken back from any thread.
 *
 * <p>A release on the owner's thread gives the buffer's tokens to the {@link Reclaimer} at once. A release on any
 * other thread puts the buffer into a queue that the owner empties with {@link #drain()} once per pass.
 *
 * <h2>Why no buffer is missed</h2>
 *
 * A releasing thread stores its buffer into the queue, then a full fence, then it reads {@link #signal}. The owner
 * writes {@code signal} (a volatile write), then it reads the queue. So one of the two sees the other: either the
 * owner finds the buffer, or the releasing thread finds {@code ARMED} and wakes the owner, or finds {@code CLOSED} and
 * empties the queue itself. The fence has to be there, because not every path of the queue's {@code offer} ends with
 * an atomic instruction: the one that links a new chunk ends with a release store, which a processor may delay past
 * the read.
 *
 * <p>{@code relaxedPoll} stops at a slot that a thread has claimed and not yet filled, so it may leave buffers behind
 * that slot. That is good: the loop never spins for a thread that was descheduled, and that thread has its own fence
 * and read still before it, which come after the owner's write and so see it.
 *
 * <p>The queue allows one consumer. That is the owner until {@code close()}, then whoever holds {@link #closing}.
 * {@code close()} turns {@code signal} to {@code CLOSED} and empties the queue under that lock.
 */
public final class BufferPool {
    /** Buffer objects of an event loop that are kept for the next {@link #get}. */
    private static final int MAX_FREE = 4096;

    /** The queue of returns grows by pieces, each with room for this part of the objects that are kept. */
    private static final int KEPT_PER_CHUNK = 4;

    /** State: releasing threads need not wake the owner. */
    private static final int QUIET = 0;
    /** The next releasing thread wakes the owner up, and turns this to {@link #QUIET}. */
    private static final int ARMED = 1;
    /** The owner is gone; a releasing thread empties the queue itself. */
    private static final int CLOSED = 2;

    private final Reclaimer reclaimer;
    private final Runnable wakeup;
    private final MessagePassingQueue<ZcrxByteBuf> returns;
    private final AtomicInteger signal = new AtomicInteger(QUIET);
    private final Object closing = new Object();

    /** Those beyond its length are left to the garbage collector. */
    private final ZcrxByteBuf[] free;

    private int freeCount;
    private final List<AreaUse> uses = new ArrayList<>();
    private AreaUse lastUse;

    /**
     * Written by the owner's thread only, but read by all. A thread that sees an old value still sees that it is not
     * the owner, and asks for no more.
     */
    private Thread owner;

    private boolean wanted;
    private int heldBuffers;
    private long heldBytes;
    private int heldTokens;
    private long offLoopReturns;

    /** The buffers of one area that are out; the pool holds one reference for all of them. */
    static final class AreaUse {
        final Area area;
        private int buffers;

        private AreaUse(Area area) {
            this.area = area;
        }
    }

    /**
     * Creates a pool without an owner.
     *
     * @param wakeup run on a releasing thread to end the owner's sleep; must not throw, and must be remembered if the
     *               owner does not sleep yet
     */
    public BufferPool(Reclaimer reclaimer, Runnable wakeup) {
        this(reclaimer, wakeup, MAX_FREE);
    }

    /**
     * Creates a pool like {@link #BufferPool(Reclaimer, Runnable)}.
     *
     * @param maxFree buffer objects that are kept for the next {@link #get}; at least 8
     */
    public BufferPool(Reclaimer reclaimer, Runnable wakeup, int maxFree) {
        free = new ZcrxByteBuf[maxFree];
        returns = new MpscUnboundedAtomicArrayQueue<>(maxFree / KEPT_PER_CHUNK);
        this.reclaimer = Objects.requireNonNull(reclaimer, "reclaimer");
        this.wakeup = Objects.requireNonNull(wakeup, "wakeup");
    }

    /** Sets the loop's thread, on that thread, once, before the first {@link #get}. */
    public void owner(Thread thread) {
        if (owner != null || signal.get() == CLOSED) {
            throw new IllegalStateException("The pool has had an owner before; a pool serves one event loop only.");
        }
        owner = thread;
    }

    /**
     * Hands out {@code length} bytes of {@code area} as a buffer with one reference, all of it readable. Owner's
     * thread only.
     *
     * @param token    goes to the reclaimer once the buffer is released
     * @param zeroCopy the answer of the buffer's {@link ZcrxByteBuf#isZeroCopy()}
     * @throws IndexOutOfBoundsException if the bytes are not all inside the area
     */
    public ZcrxByteBuf get(Area area, int offset, int length, long token, boolean zeroCopy, ByteBufAllocator alloc) {
        assert Thread.currentThread() == owner : "get() outside of the owner's thread";
        Objects.checkFromIndexSize(offset, length, area.length());
        AreaUse use = lastUse;
        if (use == null || use.area != area) {
            use = use(area);
        }
        ZcrxByteBuf buf;
        if (freeCount > 0) {
            buf = free[--freeCount];
            // A buffer that the application loses must be seen by the garbage collector, and so by the leak detector.
            free[freeCount] = null;
        } else {
            buf = new ZcrxByteBuf(this);
        }
        buf.handOut(use, offset, length, token, zeroCopy, alloc);
        // Counted last: the leak detector may find no memory.
        use.buffers++;
        heldBuffers++;
        heldTokens++;
        heldBytes += length;
        return buf;
    }

    private AreaUse use(Area area) {
        for (int i = 0; i < uses.size(); i++) {
            if (uses.get(i).area == area) {
                lastUse = uses.get(i);
                return lastUse;
            }
        }
        AreaUse use = new AreaUse(area);
        uses.add(use);
        area.retain();
        lastUse = use;
        return use;
    }

    /**
     * Gives the pool's reference to an area back, if none of its buffers is out: none is handed out soon. Owner's
     * thread only.
     */
    public void forget(Area area) {
        for (int i = 0; i < uses.size(); i++) {
            AreaUse use = uses.get(i);
            if (use.area == area && use.buffers == 0) {
                uses.remove(i);
                lastUse = null;
                area.release();
                return;
            }
        }
    }

    /**
     * Lengthens {@code buf}, which nobody but the caller has seen yet, by a completion that continues it in memory.
     * Owner's thread only.
     *
     * @return false, with nothing changed, if it does not continue {@code buf} or {@code buf} has
     *         {@link ZcrxByteBuf#MAX_TOKENS} completions already
     */
    public boolean extend(ZcrxByteBuf buf, Area area, int offset, int length, long token) {
        assert Thread.currentThread() == owner : "extend() outside of the owner's thread";
        Objects.checkFromIndexSize(offset, length, area.length());
        if (!buf.append(area, offset, length, token)) {
            return false;
        }
        heldTokens++;
        heldBytes += length;
        return true;
    }

    /** Called by a buffer whose last reference is gone, on whatever thread that was. */
    void takeBack(ZcrxByteBuf buf) {
        if (Thread.currentThread() == owner) {
            recycle(buf);
            return;
        }
        returns.offer(buf);
        VarHandle.fullFence();
        int seen = signal.get();
        if (seen == CLOSED) {
            synchronized (closing) {
                discardReturns();
            }
        } else if (seen == ARMED && signal.compareAndSet(ARMED, QUIET)) {
            wakeup.run();
        }
    }

    private void recycle(ZcrxByteBuf buf) {
        uncount(buf);
        buf.reclaim(reclaimer);
        if (freeCount < free.length) {
            free[freeCount++] = buf;
        }
    }

    private void uncount(ZcrxByteBuf buf) {
        buf.use().buffers--;
        heldBuffers--;
        heldTokens -= buf.tokens();
        heldBytes -= buf.maxCapacity();
    }

    /**
     * Takes back the buffers that other threads released, and arms the wakeup again if returns are wanted. Owner's
     * thread only, once per loop pass.
     *
     * @return how many buffers came back
     */
    public int drain() {
        if (owner == null) {
            return 0;
        }
        if (wanted && signal.get() != ARMED) {
            signal.set(ARMED);
        }
        int count = 0;
        // This loop ends: while the owner is here nothing is handed out, so no more than the held buffers can come.
        for (ZcrxByteBuf buf; (buf = returns.relaxedPoll()) != null; count++) {
            recycle(buf);
        }
        offLoopReturns += count;
        return count;
    }

    /**
     * Wants returns, or does not. Switched on when pages are short: a release on another thread then runs the wakeup,
     * once until the next {@link #drain()}, so that no page is stuck in the queue while the loop sleeps. Switching it
     * on drains once, for buffers that came before. Owner's thread only.
     */
    public void wantReturns(boolean wanted) {
        if (this.wanted == wanted || owner == null) {
            return;
        }
        this.wanted = wanted;
        if (wanted) {
            drain();
        } else {
            signal.set(QUIET);
        }
    }

    /** Returns how many buffers are handed out and not yet back, those in the queue included. Owner's thread only. */
    public int heldBuffers() {
        return heldBuffers;
    }

    /** Returns the bytes of the {@link #heldBuffers()}. Owner's thread only. */
    public long heldBytes() {
        return heldBytes;
    }

    /** Returns the completions of the {@link #heldBuffers()}. Owner's thread only. */
    public int heldTokens() {
        return heldTokens;
    }

    /** Returns how many buffers other threads released, counted as they are drained. Owner's thread only. */
    public long offLoopReturns() {
        return offLoopReturns;
    }

    /**
     * Closes the pool, at the loop's end and after the ring is closed. Buffers that are still out stay valid, and are
     * reclaimed late. The last one of an area gives back the pool's reference to it, on the thread that releases it.
     * Owner's thread only; a second call does nothing.
     */
    public void close() {
        synchronized (closing) {
            if (signal.getAndSet(CLOSED) == CLOSED) {
                return;
            }
            // From here on releases on this thread go the way of all other threads'.
            owner = null;
            for (AreaUse use : uses) {
                if (use.buffers == 0) {
                    use.area.release();
                }
            }
            discardReturns();
        }
    }

    /** The consumer after the close; the caller holds {@link #closing}. */
    private void discardReturns() {
        for (ZcrxByteBuf buf; (buf = returns.relaxedPoll()) != null; ) {
            uncount(buf);
            buf.reclaim(reclaimer::reclaimLate);
            if (buf.use().buffers == 0) {
                buf.use().area.release();
            }
        }
    }
}
