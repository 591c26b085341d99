// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToLongFunction;
import net.zcrx.receive.Counters.Counter;

/**
 * One loop's counters and gauges at one moment. A counter counts from the loop's start and never decreases; a gauge is
 * the value now. Each is exact; as the loop goes on while they are read, two of them may be a moment apart. Immutable.
 *
 * <p>Later versions may have more of them.
 */
public final class ZcrxMetrics {
    private final ZcrxMode mode;
    private final String modeReason;
    private final boolean ended;
    /** Values of the counters, by {@link Counter#ordinal}. */
    private final long[] values;

    private ZcrxMetrics(ZcrxMode mode, String modeReason, boolean ended, long[] values) {
        this.mode = mode;
        this.modeReason = modeReason;
        this.ended = ended;
        this.values = values;
    }

    static ZcrxMetrics of(ZcrxMode mode, String modeReason, boolean ended, ToLongFunction<Counter> values) {
        return new ZcrxMetrics(
                mode,
                modeReason,
                ended,
                Arrays.stream(Counter.values()).mapToLong(values).toArray());
    }

    private long value(Counter counter) {
        return values[counter.ordinal()];
    }

    /** How the loop's connections receive. */
    public ZcrxMode mode() {
        return mode;
    }

    /** Why the mode is not a better one; empty if it is the best. */
    public String modeReason() {
        return modeReason;
    }

    /** Whether these are the metrics of a loop that has ended, or of all that have: then counters stay as they are. */
    public boolean ended() {
        return ended;
    }

    /**
     * Counter, bytes: received where the NIC wrote them. Short payloads that the kernel keeps beside a packet's headers
     * are copied by it, and yet count here: only the statistics of the NIC tell them apart.
     */
    public long zeroCopyBytes() {
        return value(Counter.ZERO_COPY_BYTES);
    }

    /** Counter, buffers: those that {@link #zeroCopyBytes} came in. */
    public long zeroCopyBuffers() {
        return value(Counter.ZERO_COPY_BUFFERS);
    }

    /**
     * Counter, bytes: copied by the kernel into the area. The kernel counts per queue: where several loops share one,
     * the sum over the loops is exact and the part of one loop is an estimate.
     */
    public long copiedBytes() {
        return value(Counter.COPIED_BYTES);
    }

    /** Counter, buffers: those that {@link #copiedBytes} came in. */
    public long copiedBuffers() {
        return value(Counter.COPIED_BUFFERS);
    }

    /**
     * Counter, bytes: of all received ones, those that were copied out of the area because the application held too
     * many buffers.
     */
    public long copiedOutBytes() {
        return value(Counter.COPIED_OUT_BYTES);
    }

    /** Gauge, buffers: those that the application holds now. */
    public long heldBuffers() {
        return value(Counter.HELD_BUFFERS);
    }

    /** Gauge, bytes: the bytes of {@link #heldBuffers}. */
    public long heldBytes() {
        return value(Counter.HELD_BYTES);
    }

    /**
     * Gauge, bytes: memory that the loop has mapped to receive into; it may never take all of that from the system. An
     * area that loops share counts once. It is neither heap nor direct memory. A loop that has ended keeps it until the
     * application has released all buffers.
     */
    public long areaBytes() {
        return value(Counter.AREA_BYTES);
    }

    /**
     * Gauge, bytes: of {@link #areaBytes}, those that may take memory of the system now, in pieces of 2 MiB. Memory
     * that was not used yet takes none, and in mode COPY memory that held no buffer for some seconds is given back.
     * With zero copy, and on huge pages that were set aside, it is all.
     */
    public long residentBytes() {
        return value(Counter.RESIDENT_BYTES);
    }

    /**
     * Counter, completions: those of the kernel that brought data. With zero copy each takes a page out, and at any
     * moment {@code fragments == refills + heldFragments}, or a page was lost or returned twice.
     */
    public long fragments() {
        return value(Counter.FRAGMENTS);
    }

    /** Gauge, fragments: with zero copy, those whose page the application holds now. */
    public long heldFragments() {
        return value(Counter.HELD_FRAGMENTS);
    }

    /**
     * Gauge, pages: with zero copy, those that the application holds now. A page with several fragments counts once.
     */
    public long heldPages() {
        return value(Counter.HELD_PAGES);
    }

    /** Counter, pages or chunks: given to the kernel. */
    public long refills() {
        return value(Counter.REFILLS);
    }

    /** Counter, pages: those that found the ring to the kernel full and had to wait. */
    public long refillRingFull() {
        return value(Counter.REFILL_RING_FULL);
    }

    /** Counter, buffers: released on a thread other than the loop's. */
    public long offLoopReturns() {
        return value(Counter.OFF_LOOP_RETURNS);
    }

    /** Counter, receives: ended because the kernel had no page or chunk (ENOBUFS, ENOMEM), and armed again. */
    public long exhaustions() {
        return value(Counter.EXHAUSTIONS);
    }

    /** Counter, events: the kernel reported that the NIC found no free page. Linux 7.2 or later. */
    public long starvations() {
        return value(Counter.STARVATIONS);
    }

    /** Counter, events: copying out of the area began. */
    public long copyOuts() {
        return value(Counter.COPY_OUTS);
    }

    /**
     * Counter, areas: added because the application held too many pages or the NIC found none. Linux 7.3 or later.
     */
    public long growths() {
        return value(Counter.GROWTHS);
    }

    /**
     * Counter, waits: the loop let data of long flows gather, for at most 50 µs, before it looked. It does so while
     * connections receive 250 MB/s or more and none sends.
     */
    public long coalescings() {
        return value(Counter.COALESCINGS);
    }

    /** Counter, receives: ended because the completion queue was full, and armed again. */
    public long completionQueueFull() {
        return value(Counter.COMPLETION_QUEUE_FULL);
    }

    /** Counter, operations: files opened. This and what follows is of {@link net.zcrx.file.ZcrxFile}. */
    public long fileOpens() {
        return value(Counter.FILE_OPENS);
    }

    /** Counter, operations: reads of files that are done. */
    public long fileReads() {
        return value(Counter.FILE_READS);
    }

    /** Counter, bytes: read from files, also by reads that failed later. */
    public long fileReadBytes() {
        return value(Counter.FILE_READ_BYTES);
    }

    /** Counter, operations: writes to files that are done. */
    public long fileWrites() {
        return value(Counter.FILE_WRITES);
    }

    /** Counter, bytes: written to files, also by writes that failed later. */
    public long fileWrittenBytes() {
        return value(Counter.FILE_WRITTEN_BYTES);
    }

    /** Counter, operations: files forced to the device. */
    public long fileForces() {
        return value(Counter.FILE_FORCES);
    }

    /** Counter, operations: those on files, of any kind, that failed. */
    public long fileFailures() {
        return value(Counter.FILE_FAILURES);
    }

    /** Gauge, operations: those on files, of any kind, that wait or are with the kernel now. */
    public long fileOperations() {
        return value(Counter.FILE_OPERATIONS);
    }

    /** Counter, requests: those on files that were handed to the kernel. An operation may need several. */
    public long fileRequests() {
        return value(Counter.FILE_REQUESTS);
    }

    /**
     * Counter, bytes: written to other processes where they were received. This and what follows is of
     * {@link net.zcrx.shared.ZcrxSharedChannel}.
     */
    public long sharedHandedOverBytes() {
        return value(Counter.SHARED_HANDED_OVER_BYTES);
    }

    /** Counter, bytes: written to other processes by a copy. */
    public long sharedCopiedBytes() {
        return value(Counter.SHARED_COPIED_BYTES);
    }

    /** Gauge, bytes: of those that were handed over, the ones that other processes hold now. */
    public long sharedOutBytes() {
        return value(Counter.SHARED_OUT_BYTES);
    }

    /** Counter, bytes: read from other processes by a copy, because the application held too many buffers. */
    public long sharedCopiedOutBytes() {
        return value(Counter.SHARED_COPIED_OUT_BYTES);
    }

    /** Counter, wake-ups: of other processes that slept. */
    public long sharedWakeUps() {
        return value(Counter.SHARED_WAKE_UPS);
    }

    /** Counter, sends: asked for without a copy (SEND_ZC). */
    public long zeroCopySends() {
        return value(Counter.ZERO_COPY_SENDS);
    }

    /** Counter, sends: of {@link #zeroCopySends}, those that the kernel copied after all. */
    public long copiedSends() {
        return value(Counter.COPIED_SENDS);
    }

    /** Whether the other has the same mode, reason and values. */
    @Override
    public boolean equals(Object other) {
        return other instanceof ZcrxMetrics metrics
                && mode == metrics.mode
                && modeReason.equals(metrics.modeReason)
                && ended == metrics.ended
                && Arrays.equals(values, metrics.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    /** Returns all metrics as text, for logs. The form may change. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("ZcrxMetrics[mode=")
                .append(mode)
                .append(", modeReason=")
                .append(modeReason)
                .append(", ended=")
                .append(ended);
        for (Counter counter : Counter.values()) {
            text.append(", ").append(nameOf(counter)).append('=').append(value(counter));
        }
        return text.append(']').toString();
    }

    /** The name of a counter's accessor: {@code zeroCopyBytes} for {@code ZERO_COPY_BYTES}. */
    private static String nameOf(Counter counter) {
        StringBuilder name = new StringBuilder();
        for (String word : counter.name().split("_")) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return name.replace(0, 1, name.substring(0, 1).toLowerCase(Locale.ROOT)).toString();
    }
}
