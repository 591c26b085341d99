// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import java.util.Arrays;

/** The parts of one completion, each in a chunk of its own: accounted for, and handed over one after the other. */
final class Parts {
    private int[] offsets = new int[8];
    private int[] lengths = new int[8];
    private boolean[] copiedOut = new boolean[8];
    private int count;
    private int current = -1;

    /** Forgets all. */
    void clear() {
        count = 0;
        current = -1;
    }

    void add(int offset, int length, boolean isCopiedOut) {
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
            lengths = Arrays.copyOf(lengths, count * 2);
            copiedOut = Arrays.copyOf(copiedOut, count * 2);
        }
        offsets[count] = offset;
        lengths[count] = length;
        copiedOut[count++] = isCopiedOut;
    }

    int count() {
        return count;
    }

    /** Whether one is left to be handed over. */
    boolean hasNext() {
        return current + 1 < count;
    }

    /** The next one is the current one. */
    void next() {
        current++;
    }

    /** Where the current one lies in the area. */
    int offset() {
        return offsets[current];
    }

    int length() {
        return lengths[current];
    }

    /** Whether the current one is to be copied out. */
    boolean isCopiedOut() {
        return copiedOut[current];
    }
}
