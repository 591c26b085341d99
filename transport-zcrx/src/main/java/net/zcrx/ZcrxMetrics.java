// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import java.util.function.ToLongFunction;
import net.zcrx.receive.Counters.Counter;

/**
 * One loop's counters at one moment; bytes and buffers since the loop's start unless said otherwise. Each is exact;
 * as the loop goes on while they are read, two of them may be a moment apart.
 *
 * @param mode how the loop's connections receive
 * @param modeReason why it is not a better one; empty if it is the best
 * @param zeroCopyBytes bytes received where the NIC wrote them. Short payloads that the kernel keeps beside a packet's
 *     headers are copied by it and counted here all the same: only the NIC's statistics tell them apart
 * @param zeroCopyBuffers buffers that these came in
 * @param copiedBytes bytes that the kernel copied into the area. It counts them for a queue: where several loops share
 *     one the sum over the loops is exact, and a loop's part of it a guess
 * @param copiedBuffers buffers that these came in
 * @param copiedOutBytes bytes, of those above, that were copied out of the area because the application held too many
 *     buffers
 * @param heldBuffers buffers that the application holds now
 * @param heldBytes their bytes
 * @param areaBytes bytes of memory that the loop has mapped to receive into, which is more than it may ever take of the
 *     system; an area that loops share counts once. It is neither heap nor direct memory. A loop that has ended keeps
 *     it until the application has released all buffers
 * @param residentBytes of those, the bytes that may take memory of the system now, in pieces of 2 MiB: what was not
 *     used yet takes none, and in mode COPY what no buffer was on for some seconds is given back. With zero copy, and
 *     on huge pages that were set aside, it is all
 * @param fragments completions of the kernel that brought data. With zero copy each takes a page out, and at any moment
 *     {@code fragments == refills + heldFragments}, or a page was lost or returned twice
 * @param heldFragments fragments whose page the application holds now; with zero copy
 * @param heldPages pages that the application holds now, a page that holds several fragments once; with zero copy
 * @param refills pages or chunks given to the kernel
 * @param refillRingFull pages that found no place among those given back to the kernel and had to wait for one
 * @param offLoopReturns buffers released on another thread than the loop's
 * @param exhaustions receives that ended because the kernel had no page or chunk (ENOBUFS, ENOMEM) and were armed again
 * @param starvations times that the kernel told that the NIC found no free page; kernel 7.2
 * @param copyOuts times that copying out began
 * @param growths areas that were added because the application held too many pages, or the NIC found none; kernel 7.3
 * @param coalescings times that the loop let what long flows bring gather, for 50 us at most, before it looked: it does
 *     while connections receive 250 MB/s or more and none sends
 * @param completionQueueFull receives that ended because the completion queue was full and were armed again
 * @param zeroCopySends sends without a copy (SEND_ZC)
 * @param copiedSends of those, the ones that the kernel copied after all
 */
public record ZcrxMetrics(
        ZcrxMode mode,
        String modeReason,
        long zeroCopyBytes,
        long zeroCopyBuffers,
        long copiedBytes,
        long copiedBuffers,
        long copiedOutBytes,
        long heldBuffers,
        long heldBytes,
        long areaBytes,
        long residentBytes,
        long fragments,
        long heldFragments,
        long heldPages,
        long refills,
        long refillRingFull,
        long offLoopReturns,
        long exhaustions,
        long starvations,
        long copyOuts,
        long growths,
        long coalescings,
        long completionQueueFull,
        long zeroCopySends,
        long copiedSends) {

    static ZcrxMetrics of(ZcrxMode mode, String modeReason, ToLongFunction<Counter> values) {
        return new ZcrxMetrics(
                mode,
                modeReason,
                values.applyAsLong(Counter.ZERO_COPY_BYTES),
                values.applyAsLong(Counter.ZERO_COPY_BUFFERS),
                values.applyAsLong(Counter.COPIED_BYTES),
                values.applyAsLong(Counter.COPIED_BUFFERS),
                values.applyAsLong(Counter.COPIED_OUT_BYTES),
                values.applyAsLong(Counter.HELD_BUFFERS),
                values.applyAsLong(Counter.HELD_BYTES),
                values.applyAsLong(Counter.AREA_BYTES),
                values.applyAsLong(Counter.RESIDENT_BYTES),
                values.applyAsLong(Counter.FRAGMENTS),
                values.applyAsLong(Counter.HELD_FRAGMENTS),
                values.applyAsLong(Counter.HELD_PAGES),
                values.applyAsLong(Counter.REFILLS),
                values.applyAsLong(Counter.REFILL_RING_FULL),
                values.applyAsLong(Counter.OFF_LOOP_RETURNS),
                values.applyAsLong(Counter.EXHAUSTIONS),
                values.applyAsLong(Counter.STARVATIONS),
                values.applyAsLong(Counter.COPY_OUTS),
                values.applyAsLong(Counter.GROWTHS),
                values.applyAsLong(Counter.COALESCINGS),
                values.applyAsLong(Counter.CQ_FULL),
                values.applyAsLong(Counter.ZERO_COPY_SENDS),
                values.applyAsLong(Counter.COPIED_SENDS));
    }
}
