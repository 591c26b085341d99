// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoOps;
import net.zcrx.memory.Area;
import net.zcrx.memory.BufferPool;
import net.zcrx.memory.Reclaimer;
import net.zcrx.memory.ZcrxByteBuf;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.BufferRing;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Uring;

/**
 * Receives by copy: the kernel writes into chunks of the area, which it takes from a ring of provided buffers. Where it
 * consumes chunks in parts, a chunk serves many completions, of many channels; it is free again when the kernel is done
 * with it and every buffer on it has been released.
 *
 * <p>Few chunks are with the kernel at a time, so that the memory in use stays warm in the CPU's cache, however large
 * the area is. Only this class uses the other free chunks, so that after a calm time their memory can go back to the
 * system.
 *
 * <h2>Why there are two groups of chunks</h2>
 *
 * A completion does not say where in its chunk the bytes are: that follows from the completions before it. Kernels from
 * 6.12 on, before they learned to flush deferred completions, show those of multishot receives at once and all others
 * later. On a common chunk the bytes of two connections would change places. In a group of one kind all are shown at
 * once, or all are deferred in their order. Each group gets chunks of its own; the second gets none before it is used.
 */
public final class CopyReceiver implements Receiver, Reclaimer {
    /**
     * Bytes that a long flow takes in one call before the next flow has its turn. One call for many chunks saves the
     * sender an acknowledgment per chunk. On loopback this processor handles those, too.
     */
    private static final int BUNDLE_BYTES = 512 * 1024;
    /** Passes after which the kernel gets fewer chunks again, if it did not run out in any of them. */
    private static final int CALM_PASSES = 1000;

    /**
     * The least number of chunks: the application could hold all of fewer before copying out begins, and no connection
     * would receive.
     */
    private static final int MIN_CHUNKS = 8;
    /**
     * Chunks that the application may not hold before copying out begins, in addition to those that one group may have
     * unused. The application may then still get the chunks that both groups are filling and that of joined messages,
     * and the other group needs one to go on with.
     */
    private static final int KEPT_CHUNKS = 4;

    private static final int NONE = -1;
    /** The ids of chunks are shorts, and none is negative. */
    private static final int MAX_CHUNKS = 32768;

    private final Chunks chunks;
    private final Area area;
    private final BufferPool pool;
    private final Counters counters = new Counters();
    private final CalmTimer calmTimer;
    private final ExhaustionGuard guard;
    private final PassBound passBound;
    private final Joiner joiner;
    /** Chunks for receives that stay armed. */
    private final ChunkGroup unlimited;
    /** Chunks for receives of bounded length. */
    private final ChunkGroup limited;
    /** The group that each chunk was last given to. */
    private final ChunkGroup[] owners;

    /** Whether the completion at work took the last chunk that the kernel had. */
    private boolean ranOut;

    /** Whether the kernel knows bundles with a bound. */
    private boolean bundles = true;

    private int calmPasses;
    private boolean closed;

    /**
     * @param area cut into chunks of {@code chunkBytes} bytes; 8 to 32768
     * @param wakeup wakes the loop from another thread
     * @throws IllegalArgumentException if there are fewer or more
     */
    public CopyReceiver(int ringFd, Area area, int chunkBytes, boolean incremental, Runnable wakeup) {
        this(area, chunkBytes, wakeup, register(ringFd, area, chunkBytes, incremental));
    }

    /** @param rings for receives that stay armed, and for those of bounded length */
    CopyReceiver(Area area, int chunkBytes, Runnable wakeup, BufferRing[] rings) {
        this.area = area;
        chunks = new Chunks(area, chunkBytes);
        owners = new ChunkGroup[chunks.count()];
        int most = ChunkGroup.most(chunks.count());
        guard = new ExhaustionGuard(chunks.count(), KEPT_CHUNKS + most, counters);
        passBound = new PassBound(System::nanoTime, most);
        pool = new BufferPool(this, wakeup);
        joiner = new Joiner(area, chunks, pool);
        calmTimer = new CalmTimer(wakeup);
        unlimited = new ChunkGroup(rings[0], chunks);
        limited = new ChunkGroup(rings[1], chunks);
        unlimited.use();
        post();
        count();
    }

    private static BufferRing[] register(int ringFd, Area area, int chunkBytes, boolean incremental) {
        int chunks = area.length() / chunkBytes;
        if (chunks < MIN_CHUNKS || chunks > MAX_CHUNKS) {
            throw new IllegalArgumentException("An area of " + area.length() + " bytes has " + chunks + " chunks of "
                    + chunkBytes + " bytes but must have " + MIN_CHUNKS + " to " + MAX_CHUNKS
                    + ". Change areaBytes or chunkBytes.");
        }
        BufferRing first = BufferRing.register(ringFd, ChunkGroup.RING_ENTRIES, chunks, incremental);
        try {
            return new BufferRing[] {first, BufferRing.register(ringFd, ChunkGroup.RING_ENTRIES, chunks, incremental)};
        } catch (RuntimeException e) {
            // The kernel keeps the ring's pages by itself, until the io_uring is closed.
            first.free();
            throw e;
        }
    }

    @Override
    public void start(Thread loop) {
        pool.owner(loop);
    }

    @Override
    public IoUringIoOps arm(int fd, int limit, boolean bulk) {
        if (limit > 0) {
            if (!limited.isUsed()) {
                limited.use();
                post();
            }
            return Uring.recv(fd, limited.id(), limit);
        }
        return bulk ? Uring.recvBundles(fd, unlimited.id(), BUNDLE_BYTES) : Uring.recv(fd, unlimited.id(), 0);
    }

    @Override
    public boolean hasBulk() {
        return bundles;
    }

    @Override
    public void endBulk() {
        bundles = false;
    }

    @Override
    public void receive(IoUringIoEvent event, Inbound inbound, ByteBufAllocator alloc) {
        int chunk = event.flags() >>> Uring.CQE_BUFFER_SHIFT;
        ChunkGroup group = owners[chunk];
        int untaken = event.res();
        for (; ; ) {
            int length = Math.min(untaken, chunks.room(chunk));
            untaken -= length;
            int offset = chunks.fill(chunk, length);
            if (untaken > 0 || (event.flags() & Uring.CQE_F_BUF_MORE) == 0) {
                chunks.end(chunk);
                group.consumed();
                passBound.filled();
            }
            int next = untaken > 0 ? group.after(chunk) : NONE;
            receivePart(chunk, offset, length, event.res(), inbound, alloc);
            if (next == NONE) {
                break;
            }
            chunk = next;
        }
        counters.add(Counter.COPIED_BYTES, event.res());
        ranOut = group.posted() == 0;
        post();
    }

    /** Receives one part of a completion. Whatever is thrown here, the parts behind it are accounted for. */
    private void receivePart(int chunk, int offset, int length, int bytes, Inbound inbound, ByteBufAllocator alloc) {
        counters.add(Counter.FRAGMENTS, 1);
        try {
            ByteBuf buffer = take(chunk, offset, length, bytes, inbound, alloc);
            if (buffer != null && !joiner.joinLast(buffer, inbound, alloc)) {
                inbound.add(buffer);
            }
        } catch (RuntimeException | Error e) {
            inbound.fail(e);
        }
    }

    /** Returns a buffer with the bytes; {@code null} if the last one took them in. */
    private ByteBuf take(int chunk, int offset, int length, int bytes, Inbound inbound, ByteBufAllocator alloc) {
        boolean handedOut = false;
        try {
            if (guard.update(chunks.withApplication())) {
                return guard.copyOut(area, offset, length, alloc);
            }
            ByteBuf buffer = null;
            if (!(inbound.last() instanceof ZcrxByteBuf last)
                    || !inbound.mayGrow(bytes)
                    || !pool.extend(last, area, offset, length, chunk)) {
                buffer = pool.get(area, offset, length, chunk, false, alloc);
                counters.add(Counter.COPIED_BUFFERS, 1);
            }
            handedOut = true;
            return buffer;
        } finally {
            // Copied out; or the channel's allocator has thrown.
            if (!handedOut) {
                chunks.giveBack(chunk);
            }
        }
    }

    @Override
    public void reclaim(long token) {
        chunks.giveBack((int) token);
    }

    @Override
    public void reclaimLate(long token) {
        count();
    }

    @Override
    public boolean isExhausted(int result) {
        return result == -Errno.ENOBUFS || result > 0 && ranOut;
    }

    @Override
    public void await(Waiter waiter, WaitTurn turn, int limit) {
        counters.add(Counter.EXHAUSTIONS, 1);
        calmPasses = 0;
        (limit > 0 ? limited : unlimited).await(waiter, turn);
    }

    @Override
    public long beginSend() {
        return passBound.now();
    }

    @Override
    public void endSend(long began) {
        passBound.sent(began);
    }

    @Override
    public boolean isZeroCopy() {
        return false;
    }

    @Override
    public boolean isCopyingOut() {
        return guard.isCopyingOut();
    }

    @Override
    public Counters counters() {
        return counters;
    }

    /** Chunks come free through this class only, so that it need not look again by itself. */
    @Override
    public long beginPass() {
        return lacksChunks() && resume() ? 0 : FOR_EVER;
    }

    @Override
    public boolean endPass() {
        pool.drain();
        int bound = passBound.endPass(unlimited.waiting() + limited.waiting());
        unlimited.bound(bound);
        limited.bound(bound);
        if (++calmPasses == CALM_PASSES) {
            calmPasses = 0;
            unlimited.shrinkTarget();
            limited.shrinkTarget();
        }
        boolean waiting = resume();
        if (calmTimer.hasRung()) {
            endCalmPeriod();
        }
        if (chunks.residency().isToBeLookedAt()) {
            calmTimer.set();
        }
        count();
        assert chunks.isEachSomewhere(chunksFilling(), pool.heldTokens()) : "A chunk was lost, or returned twice";
        return waiting;
    }

    /** Gives memory back that was not used since the last call. */
    void endCalmPeriod() {
        chunks.residency().endPeriod(chunks);
    }

    private void count() {
        // These first: when nothing is held after the end, all counts are the last ones.
        boolean mapped = !closed || pool.heldBuffers() > 0;
        counters.set(Counter.AREA_BYTES, mapped ? area.length() : 0);
        counters.set(Counter.RESIDENT_BYTES, mapped ? chunks.residency().bytes() : 0);
        counters.set(Counter.HELD_BUFFERS, pool.heldBuffers());
        counters.set(Counter.HELD_BYTES, pool.heldBytes());
        counters.set(Counter.OFF_LOOP_RETURNS, pool.offLoopReturns());
    }

    /**
     * Gives the kernel chunks, and resumes receives that wait for some. Returns whether others wait although the kernel
     * has chunks.
     */
    private boolean resume() {
        post();
        if (lacksChunks()) {
            joiner.endChunk();
            // All chunks are with the application: the next thread that releases one wakes the loop.
            pool.wantReturns(true);
            post();
        }
        if (!lacksChunks()) {
            pool.wantReturns(false);
        }
        return unlimited.resume() | limited.resume();
    }

    private boolean lacksChunks() {
        return unlimited.lacksChunks() || limited.lacksChunks();
    }

    private int chunksFilling() {
        return unlimited.posted() + limited.posted() + (joiner.hasChunk() ? 1 : 0);
    }

    private void post() {
        unlimited.post(owners, counters);
        limited.post(owners, counters);
    }

    @Override
    public void close() {
        unlimited.close();
        limited.close();
        calmTimer.cancel();
        guard.end(chunks.withApplication());
        pool.drain();
        closed = true;
        count();
        pool.close();
        area.release();
    }
}
