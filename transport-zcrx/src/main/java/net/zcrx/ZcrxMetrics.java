package net.zcrx;

import net.zcrx.receive.Counters;
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
 * @param copiedBytes bytes that the kernel copied into the area
 * @param copiedBuffers buffers that these came in
 * @param copiedOutBytes bytes, of those above, that were copied out of the area because the application held too many
 *     buffers
 * @param heldBuffers buffers that the application holds now
 * @param heldBytes their bytes
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
        long completionQueueFull,
        long zeroCopySends,
        long copiedSends) {

    static ZcrxMetrics of(ZcrxMode mode, String modeReason, Counters counters) {
        return new ZcrxMetrics(
                mode,
                modeReason,
                counters.get(Counter.ZERO_COPY_BYTES),
                counters.get(Counter.ZERO_COPY_BUFFERS),
                counters.get(Counter.COPIED_BYTES),
                counters.get(Counter.COPIED_BUFFERS),
                counters.get(Counter.COPIED_OUT_BYTES),
                counters.get(Counter.HELD_BUFFERS),
                counters.get(Counter.HELD_BYTES),
                counters.get(Counter.FRAGMENTS),
                counters.get(Counter.HELD_FRAGMENTS),
                counters.get(Counter.HELD_PAGES),
                counters.get(Counter.REFILLS),
                counters.get(Counter.REFILL_RING_FULL),
                counters.get(Counter.OFF_LOOP_RETURNS),
                counters.get(Counter.EXHAUSTIONS),
                counters.get(Counter.STARVATIONS),
                counters.get(Counter.COPY_OUTS),
                counters.get(Counter.GROWTHS),
                counters.get(Counter.CQ_FULL),
                counters.get(Counter.ZERO_COPY_SENDS),
                counters.get(Counter.COPIED_SENDS));
    }
}
