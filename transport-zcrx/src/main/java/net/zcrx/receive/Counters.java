// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import java.util.concurrent.atomic.AtomicLongArray;

/** A loop's counters: written by the loop's thread alone, read by any thread. */
public final class Counters {
    /** The things that are counted. */
    public enum Counter {
        ZERO_COPY_BYTES,
        ZERO_COPY_BUFFERS,
        COPIED_BYTES,
        COPIED_BUFFERS,
        COPIED_OUT_BYTES,
        HELD_BUFFERS,
        HELD_BYTES,
        AREA_BYTES,
        RESIDENT_BYTES,
        FRAGMENTS,
        HELD_FRAGMENTS,
        HELD_PAGES,
        REFILLS,
        REFILL_RING_FULL,
        OFF_LOOP_RETURNS,
        EXHAUSTIONS,
        STARVATIONS,
        COPY_OUTS,
        GROWTHS,
        COALESCINGS,
        COMPLETION_QUEUE_FULL,
        FILE_OPENS,
        FILE_READS,
        FILE_READ_BYTES,
        FILE_WRITES,
        FILE_WRITTEN_BYTES,
        FILE_FORCES,
        FILE_FAILURES,
        FILE_OPERATIONS,
        FILE_REQUESTS,
        SHARED_HANDED_OVER_BYTES,
        SHARED_COPIED_BYTES,
        SHARED_OUT_BYTES,
        SHARED_COPIED_OUT_BYTES,
        SHARED_WAKE_UPS,
        COPIED_SENDS,
        ZERO_COPY_SENDS
    }

    private static final int SIZE = Counter.values().length;

    private final AtomicLongArray values = new AtomicLongArray(SIZE);

    /**
     * Adds to a counter, on the loop's thread only: a plain read is enough for the one writer, and a reader sees no
     * torn value.
     */
    public void add(Counter counter, long amount) {
        int index = counter.ordinal();
        values.setOpaque(index, values.getPlain(index) + amount);
    }

    /** Sets a counter, on the loop's thread only. */
    public void set(Counter counter, long value) {
        values.setOpaque(counter.ordinal(), value);
    }

    /** Returns the value; any thread. */
    public long get(Counter counter) {
        return values.getOpaque(counter.ordinal());
    }
}
