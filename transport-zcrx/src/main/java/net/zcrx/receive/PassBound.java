// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import java.util.function.LongSupplier;

/**
 * How many chunks one pass may fill. If one connection alone fills them, and its handlers parse or copy the data, then
 * chunks that the kernel fills far ahead may have left the CPU's cache before the handlers read them.
 *
 * <p>Several connections share the chunks, and with few chunks they were slower. So they are not bounded.
 */
final class PassBound {
    /** How long the handlers of one pass may take. */
    private static final double NANOS = 50_000;
    /** The least bound: with one chunk the connection would have to be armed anew for each. */
    private static final int FEWEST = 2;
    /**
     * A connection is alone after this number of passes that filled chunks, in which no two connections waited for one.
     */
    private static final int ALONE_PASSES = 256;
    /** Weight of a new pass in the mean. */
    private static final double WEIGHT = 1 / 32.0;

    private final LongSupplier nanoTime;
    private final int most;

    /** Chunks that were filled in this pass. */
    private int filled;
    /** The time of the first of them. */
    private long began;
    /** Nanoseconds that large sends have taken so far. */
    private long sends;
    /** Mean time that the handlers take per chunk, in nanoseconds; 0, which bounds nothing, before the first pass. */
    private double nanosPerChunk;
    /** Passes that filled chunks, since two connections waited for some. */
    private int alonePasses;

    /** @param most chunks that a pass may fill at all */
    PassBound(LongSupplier nanoTime, int most) {
        this.nanoTime = nanoTime;
        this.most = most;
    }

    /** A chunk is full. Its handlers are called between now and the end of the pass. */
    void filled() {
        if (filled++ == 0) {
            began = now();
        }
    }

    /** A clock in nanoseconds that stands still in large sends, which are hardly work of handlers on received data. */
    long now() {
        return nanoTime.getAsLong() - sends;
    }

    /** A large send is over that began at this {@link #now}. Those within it, sent by its listeners, count once. */
    void sent(long sendBegan) {
        sends += now() - sendBegan;
    }

    /**
     * Ends a pass.
     *
     * @param waiting connections that wait for a chunk
     * @return how many the next one may fill
     */
    int endPass(int waiting) {
        if (waiting > 1) {
            alonePasses = 0;
        } else if (filled > 0 && alonePasses < ALONE_PASSES) {
            alonePasses++;
        }
        if (filled > 1) {
            // A thread that lost its processor in a pass would count for many passes.
            double nanos = Math.min((double) (now() - began) / filled, 2 * NANOS);
            nanosPerChunk += (nanos - nanosPerChunk) * WEIGHT;
        }
        filled = 0;
        if (alonePasses < ALONE_PASSES) {
            return most;
        }
        return (int) Math.min(Math.max(NANOS / nanosPerChunk, FEWEST), most);
    }
}
