// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import net.zcrx.receive.Counters.Counter;
import net.zcrx.receive.Receiver.Waiter;
import net.zcrx.uring.BufferRing;

/**
 * Chunks that the kernel fills one after the other, and the receives that wait for one. Each time the kernel runs out,
 * it gets more.
 *
 * <p>Where the kernel consumes chunks in parts, a completion's place in its chunk follows from the completions before.
 * So all receives of a group must be of one kind, whose completions every kernel shows in the order in which it filled.
 */
final class ChunkGroup {
    /** Entries of the ring: the kernel never has more chunks of a group at a time. */
    static final int RING_ENTRIES = 32;
    /** Chunks that the kernel gets at first, and again when it has not run out of them for a while. */
    private static final int FIRST_POSTED = 4;
    /**
     * The most chunks that the kernel gets. They must hold a burst from many connections, and stay in the CPU's cache.
     * One connection may still bring all of them after auto-read went off.
     */
    private static final int MAX_POSTED = 24;

    private final BufferRing ring;
    private final Chunks chunks;
    private final Waiters waiters = new Waiters();
    /** The most chunks that the kernel gets now. */
    private int bound;

    private int target;
    private int posted;

    /** No chunk is posted before {@link #use}. */
    ChunkGroup(BufferRing ring, Chunks chunks) {
        this.ring = ring;
        this.chunks = chunks;
        bound = most(chunks.count());
    }

    /**
     * The most chunks that the kernel gets of an area with {@code chunks}. They may lie there unused, and the others
     * must do.
     */
    static int most(int chunks) {
        return Math.min(MAX_POSTED, chunks / 4);
    }

    short id() {
        return ring.group();
    }

    /** Receives of this group begin: it gets chunks from now on. */
    void use() {
        target = Math.min(FIRST_POSTED, bound);
    }

    boolean isUsed() {
        return target > 0;
    }

    /** Returns how many chunks the kernel has. */
    int posted() {
        return posted;
    }

    /** The kernel is done with the chunk that it was filling. */
    void consumed() {
        posted--;
    }

    /** Returns the chunk that the kernel fills after this one. */
    int after(int chunk) {
        return ring.after(chunk);
    }

    void await(Waiter waiter, WaitTurn turn) {
        target = Math.min(target * 2, bound);
        waiters.add(waiter, turn);
    }

    /** Returns how many receives wait for a chunk. */
    int waiting() {
        return waiters.count();
    }

    /** Bounds the chunks that the kernel gets from now on, of the {@link #most} that there are for it. */
    void bound(int chunks) {
        bound = chunks;
        target = Math.min(target, bound);
    }

    /** The kernel has not run out of chunks for a while. */
    void shrinkTarget() {
        target = Math.min(target, Math.max(target / 2, FIRST_POSTED));
    }

    /** Returns whether a receive waits and the kernel has no chunk. */
    boolean lacksChunks() {
        return posted == 0 && !waiters.isEmpty();
    }

    /**
     * Resumes as many receives as the kernel has chunks; more would only have to wait again.
     *
     * @return whether others still wait: those that were resumed may find no data, and then nothing wakes the loop for
     *     the others
     */
    boolean resume() {
        if (posted > 0 && !waiters.isEmpty()) {
            waiters.resume(posted);
        }
        return posted > 0 && !waiters.isEmpty();
    }

    /**
     * Gives the kernel free chunks.
     *
     * @param owners where to note that they are this group's
     */
    void post(ChunkGroup[] owners, Counters counters) {
        if (posted >= target || chunks.free() == 0) {
            return;
        }
        do {
            int chunk = chunks.begin();
            owners[chunk] = this;
            ring.add(chunks.address(chunk), chunks.bytes(), (short) chunk);
            counters.add(Counter.REFILLS, 1);
            posted++;
        } while (posted < target && chunks.free() > 0);
        ring.publish();
    }

    /** Called when the io_uring is closed. */
    void close() {
        ring.free();
    }
}
