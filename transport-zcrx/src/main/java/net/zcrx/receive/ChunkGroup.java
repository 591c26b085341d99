// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import net.zcrx.receive.Counters.Counter;
import net.zcrx.receive.Receiver.Waiter;
import net.zcrx.uring.BufferRing;

/**
 * Chunks that the kernel fills one after the other, and who waits for one. Each time the kernel runs out, it gets more.
 *
 * <p>Where it consumes chunks in parts, a completion's place in its chunk follows from the completions before. So all
 * receives of a group must be of one kind, whose completions every kernel shows in the order in which it filled.
 */
final class ChunkGroup {
    /** What a ring must hold: the kernel has no more chunks of a group at a time. */
    static final int RING_ENTRIES = 32;
    /** Chunks that the kernel gets at first, and again when it has not run out of them for a while. */
    private static final int FIRST_POSTED = 4;
    /**
     * Chunks that the kernel gets at most. They are what comes at once from many connections, what one connection may
     * still bring after auto-read went off, and what must be in the CPU's cache.
     */
    private static final int MAX_POSTED = 24;

    private final BufferRing ring;
    private final Chunks chunks;
    private final Waiters waiters = new Waiters();
    private final int most;
    private int target;
    private int posted;

    /** No chunk is posted before {@link #use}. */
    ChunkGroup(BufferRing ring, Chunks chunks) {
        this.ring = ring;
        this.chunks = chunks;
        most = most(chunks.count());
    }

    /** Chunks of an area of so many that the kernel gets at most: they may lie there unused, and the others must do. */
    static int most(int chunks) {
        return Math.min(MAX_POSTED, chunks / 4);
    }

    short id() {
        return ring.group();
    }

    /** There will be receives of this group. */
    void use() {
        target = Math.min(FIRST_POSTED, most);
    }

    boolean isUsed() {
        return target > 0;
    }

    /** Chunks that the kernel has. */
    int posted() {
        return posted;
    }

    /** The kernel is done with the chunk that it was filling. */
    void consumed() {
        posted--;
    }

    /** The chunk that it fills after this one. */
    int after(int chunk) {
        return ring.after(chunk);
    }

    void await(Waiter waiter, WaitTurn turn) {
        target = Math.min(target * 2, most);
        waiters.add(waiter, turn);
    }

    /** The kernel has not run out of chunks for a while. */
    void calm() {
        target = Math.min(target, Math.max(target / 2, FIRST_POSTED));
    }

    /** Whether somebody waits and the kernel has no chunk. */
    boolean lacks() {
        return posted == 0 && !waiters.isEmpty();
    }

    /**
     * Resumes as many as the kernel has chunks; more would only have to wait again.
     *
     * @return whether others wait on: those may find no data, and then nothing wakes the loop for these
     */
    boolean resume() {
        if (posted > 0 && !waiters.isEmpty()) {
            waiters.resume(posted);
        }
        return posted > 0 && !waiters.isEmpty();
    }

    /**
     * Gives the kernel chunks that are free.
     *
     * @param owners to note as whose each of them is
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

    /** The io_uring is closed. */
    void close() {
        ring.free();
    }
}
