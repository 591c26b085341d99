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
import net.zcrx.uring.Uring;

/**
 * Receives by copy: the kernel writes into chunks of the area, which it takes from a provided-buffer ring. Where the
 * kernel consumes chunks in parts, a chunk serves many completions, of many channels; it is free again when the kernel
 * is done with it and every buffer on it has been released.
 *
 * <p>Few chunks are with the kernel at a time, and the one freed last is given first, so that the memory in use stays
 * warm in the CPU's cache however large the area is. Each time the kernel runs out, more are given.
 */
public final class CopyReceiver implements Receiver, Reclaimer {
    /** Chunks that the kernel gets at first, and again when it has not run out of them for a while. */
    private static final int FIRST_POSTED = 4;
    /**
     * Chunks that it gets at most. They are what comes at once from many connections, what one connection may still
     * bring after auto-read went off, and what must be in the CPU's cache.
     */
    private static final int MAX_POSTED = 24;
    /**
     * What a long flow takes at once, in bytes, before the next one has its turn. One call for all of it instead of one
     * a chunk saves the sender an acknowledgment for each, which on loopback it handles on this processor.
     */
    private static final int BUNDLE_BYTES = 512 * 1024;
    /** Passes without the kernel running out after which it gets fewer again. */
    private static final int CALM_PASSES = 1000;

    /** With fewer the application could hold all of them before copying out begins, and no connection would receive. */
    private static final int MIN_CHUNKS = 8;
    /**
     * What is put together, in bytes. It is met once a chunk, and cheaper than that the whole pipeline handles a message
     * in two parts, which it seldom has to and so is slow at.
     */
    private static final int MAX_JOINED = 16 * 1024;

    private static final int NONE = -1;
    /** What a ring of provided buffers takes. */
    private static final int MAX_CHUNKS = 32768;

    private final BufferRing ring;
    private final BufferPool pool;
    private final Area area;
    private final Counters counters = new Counters();
    private final Waiters waiters = new Waiters();

    private final int chunkSize;
    private final int chunks;
    /** Bytes of a chunk that the kernel has filled. */
    private final int[] filled;
    /** Completions on a chunk that have not come back. */
    private final int[] held;

    /** By the kernel, or by {@link #join}. */
    private final boolean[] filling;

    private final int[] free;
    private int freeCount;
    private int posted;
    /** Of the completion at work: the chunk of its next part, and the bytes of it that are not taken. */
    private int next;

    private int untaken;
    /** Whether it took the last chunk that the kernel had. */
    private boolean ranOut;

    /** Whether the kernel knows bundles with a bound. */
    private boolean bundles = true;
    /** The chunk for what is put together again; or {@link #NONE}. */
    private int joining = NONE;

    private int target;
    private int calmPasses;
    private final ExhaustionGuard guard;

    /**
     * @param area cut into chunks of {@code chunkSize} bytes; 8 to 32768
     * @param wakeup wakes the loop from another thread
     * @throws IllegalArgumentException if there are fewer or more
     */
    public CopyReceiver(int ringFd, Area area, int chunkSize, boolean incremental, Runnable wakeup) {
        this.area = area;
        this.chunkSize = chunkSize;
        chunks = area.length() / chunkSize;
        if (chunks < MIN_CHUNKS || chunks > MAX_CHUNKS) {
            throw new IllegalArgumentException("An area of " + area.length() + " bytes has " + chunks + " chunks of "
                    + chunkSize + " bytes but must have " + MIN_CHUNKS + " to " + MAX_CHUNKS
                    + ". Change areaBytes or chunkBytes.");
        }
        filled = new int[chunks];
        held = new int[chunks];
        filling = new boolean[chunks];
        free = new int[chunks];
        // Pushed from the last on, so that the first chunks are the first in use.
        for (int chunk = chunks - 1; chunk >= 0; chunk--) {
            free[freeCount++] = chunk;
        }
        target = Math.min(FIRST_POSTED, chunks);
        guard = new ExhaustionGuard(chunks, counters);
        ring = BufferRing.register(ringFd, Math.max(2, Integer.highestOneBit(chunks * 2 - 1)), incremental);
        pool = new BufferPool(this, wakeup);
        post();
    }

    @Override
    public void start(Thread loop) {
        pool.owner(loop);
    }

    @Override
    public IoUringIoOps arm(int fd, int limit, boolean bulk) {
        return bulk ? Uring.recvBundles(fd, ring.group(), BUNDLE_BYTES) : Uring.recv(fd, ring.group(), limit);
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
    public int begin(IoUringIoEvent event) {
        next = event.flags() >>> Uring.CQE_BUFFER_SHIFT;
        untaken = event.res();
        int beyond = untaken - (chunkSize - filled[next]);
        return beyond <= 0 ? 1 : 1 + (beyond + chunkSize - 1) / chunkSize;
    }

    @Override
    public ByteBuf take(IoUringIoEvent event, ByteBuf last, ByteBufAllocator alloc) {
        int chunk = next;
        int length = Math.min(untaken, chunkSize - filled[chunk]);
        untaken -= length;
        int offset = chunk * chunkSize + filled[chunk];
        filled[chunk] += length;
        if (untaken > 0 || (event.flags() & Uring.CQE_F_BUF_MORE) == 0) {
            filling[chunk] = false;
            posted--;
            next = ring.after(chunk);
        }
        ranOut = posted == 0;
        counters.add(Counter.FRAGMENTS, 1);
        counters.add(Counter.COPIED_BYTES, length);
        ByteBuf buffer;
        if (guard.isCopyingOut(chunks - freeCount - chunksFilling())) {
            try {
                buffer = guard.copyOut(area, offset, length, alloc);
            } finally {
                // Also if the channel's allocator throws.
                freeIfUnused(chunk);
            }
        } else {
            held[chunk]++;
            if (last instanceof ZcrxByteBuf && pool.extend((ZcrxByteBuf) last, area, offset, length, chunk)) {
                buffer = last;
            } else {
                counters.add(Counter.COPIED_BUFFERS, 1);
                buffer = pool.get(area, offset, length, chunk, false, alloc);
            }
        }
        if (untaken == 0) {
            post();
        }
        return buffer;
    }

    @Override
    public ByteBuf join(ByteBuf first, ByteBuf second, ByteBufAllocator alloc) {
        int bytes = first.readableBytes() + second.readableBytes();
        if (bytes > MAX_JOINED || !(second instanceof ZcrxByteBuf) || !makeRoomToJoin(bytes)) {
            return null;
        }
        int offset = joining * chunkSize + filled[joining];
        filled[joining] += bytes;
        held[joining]++;
        // Of the same class as all others: the first of another one, met late, makes the JVM throw away what it
        // compiled of a whole pipeline.
        ByteBuf joined = pool.get(area, offset, bytes, joining, false, alloc);
        joined.clear().writeBytes(first).writeBytes(second);
        first.release();
        second.release();
        return joined;
    }

    /** Takes another chunk if need be; whether there is one. */
    private boolean makeRoomToJoin(int bytes) {
        if (joining != NONE && chunkSize - filled[joining] < bytes) {
            endJoining();
        }
        if (joining == NONE && freeCount > 0 && bytes <= chunkSize) {
            joining = nextFree();
        }
        return joining != NONE;
    }

    private void endJoining() {
        int chunk = joining;
        joining = NONE;
        filling[chunk] = false;
        freeIfUnused(chunk);
    }

    @Override
    public void reclaim(long token) {
        int chunk = (int) token;
        held[chunk]--;
        freeIfUnused(chunk);
    }

    @Override
    public void reclaimLate(long token) {
        count();
    }

    @Override
    public boolean isExhausted(int result) {
        return result == Uring.ENOBUFS || result > 0 && ranOut;
    }

    @Override
    public void await(Waiter waiter, Turn turn) {
        counters.add(Counter.EXHAUSTIONS, 1);
        target = Math.min(target * 2, Math.min(MAX_POSTED, chunks));
        calmPasses = 0;
        waiters.add(waiter, turn);
    }

    @Override
    public void retry() {
        // Chunks never come free without this class hearing of it.
    }

    @Override
    public boolean isTransient(int result) {
        return false;
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

    @Override
    public boolean endPass() {
        pool.drain();
        if (++calmPasses == CALM_PASSES) {
            calmPasses = 0;
            target = Math.max(target / 2, Math.min(FIRST_POSTED, chunks));
        }
        post();
        if (!waiters.isEmpty()) {
            if (posted == 0) {
                if (joining != NONE) {
                    endJoining();
                }
                // All chunks are with the application: whoever releases one wakes the loop.
                pool.wantReturns(true);
                post();
            }
            if (posted > 0) {
                pool.wantReturns(false);
                // Not all: those that find no chunk would have to wait again. But these may find no data, and then
                // nothing wakes the loop for the others.
                waiters.resume(posted);
            }
        }
        count();
        assert isEachChunkSomewhere() : "A chunk was lost, or returned twice";
        return posted > 0 && !waiters.isEmpty();
    }

    private void count() {
        counters.set(Counter.HELD_BUFFERS, pool.heldBuffers());
        counters.set(Counter.HELD_BYTES, pool.heldBytes());
        counters.set(Counter.OFF_LOOP_RETURNS, pool.offLoopReturns());
    }

    private int chunksFilling() {
        return posted + (joining == NONE ? 0 : 1);
    }

    /** Whether each chunk is free, being filled or with the application, and each completion with a held buffer. */
    private boolean isEachChunkSomewhere() {
        int inFilling = 0;
        int application = 0;
        int completions = 0;
        for (int chunk = 0; chunk < chunks; chunk++) {
            inFilling += filling[chunk] ? 1 : 0;
            application += !filling[chunk] && held[chunk] > 0 ? 1 : 0;
            completions += held[chunk];
        }
        return inFilling == chunksFilling()
                && inFilling + application + freeCount == chunks
                && completions == pool.heldTokens();
    }

    @Override
    public void close() {
        ring.free();
        pool.drain();
        count();
        pool.close();
        area.release();
    }

    private void freeIfUnused(int chunk) {
        if (held[chunk] == 0 && !filling[chunk]) {
            free[freeCount++] = chunk;
        }
    }

    private int nextFree() {
        int chunk = free[--freeCount];
        filled[chunk] = 0;
        filling[chunk] = true;
        return chunk;
    }

    private void post() {
        if (posted >= target || freeCount == 0) {
            return;
        }
        do {
            int chunk = nextFree();
            ring.add(area.address() + (long) chunk * chunkSize, chunkSize, (short) chunk);
            counters.add(Counter.REFILLS, 1);
            posted++;
        } while (posted < target && freeCount > 0);
        ring.publish();
    }
}
