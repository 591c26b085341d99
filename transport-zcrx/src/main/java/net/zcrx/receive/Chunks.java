// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import net.zcrx.memory.Area;

/**
 * An area in chunks. Each chunk is free, or being filled (by the kernel, or by joined messages), or with the
 * application, which holds completions on it. A chunk that is being filled may have completions with the application as
 * well.
 */
final class Chunks {
    private final Area area;
    private final int shift;
    private final int bytes;
    /** Bytes of a chunk that have been filled. */
    private final int[] filled;
    /** Completions on a chunk whose memory has not come back. */
    private final int[] held;

    private final boolean[] filling;
    private int fillingCount;
    /**
     * A bit for each free chunk. The lowest is given first, so that the memory in use is small, stays warm in the CPU's
     * cache, and lies together, however large the area is and in whatever order chunks come back.
     */
    private final long[] free;
    /** Words of {@link #free} before this one have no bit set. */
    private int firstFree;

    private int freeCount;
    private final Residency residency;

    /** @param bytes of a chunk, a power of two */
    Chunks(Area area, int bytes) {
        this.area = area;
        this.bytes = bytes;
        shift = Integer.numberOfTrailingZeros(bytes);
        int count = area.length() >>> shift;
        filled = new int[count];
        held = new int[count];
        filling = new boolean[count];
        free = new long[(count + Long.SIZE - 1) / Long.SIZE];
        for (int chunk = 0; chunk < count; chunk++) {
            free[chunk / Long.SIZE] |= 1L << chunk;
        }
        freeCount = count;
        residency = new Residency(area);
    }

    Area area() {
        return area;
    }

    /** Returns the bytes of a chunk. */
    int bytes() {
        return bytes;
    }

    int count() {
        return filled.length;
    }

    int free() {
        return freeCount;
    }

    /** Returns how many chunks are neither free nor being filled. */
    int withApplication() {
        return filled.length - freeCount - fillingCount;
    }

    /** Returns the chunk that this offset of the area lies in. */
    int at(int offset) {
        return offset >>> shift;
    }

    /** Returns which memory of the area the system has given. */
    Residency residency() {
        return residency;
    }

    /** Returns whether all chunks in this range, which is of whole chunks, are free. */
    boolean areFree(int offset, int length) {
        for (int chunk = at(offset); chunk < at(offset + length); chunk++) {
            if (!isFree(chunk)) {
                return false;
            }
        }
        return true;
    }

    private boolean isFree(int chunk) {
        return (free[chunk / Long.SIZE] & 1L << chunk) != 0;
    }

    long address(int chunk) {
        return area.address() + ((long) chunk << shift);
    }

    /** Takes a free chunk to be filled; there must be one. */
    int begin() {
        while (free[firstFree] == 0) {
            firstFree++;
        }
        int chunk = firstFree * Long.SIZE + Long.numberOfTrailingZeros(free[firstFree]);
        free[firstFree] &= free[firstFree] - 1;
        freeCount--;
        residency.use(chunk << shift);
        filled[chunk] = 0;
        filling[chunk] = true;
        fillingCount++;
        return chunk;
    }

    /** Returns how many bytes still fit. */
    int room(int chunk) {
        return bytes - filled[chunk];
    }

    /**
     * Notes that {@code length} bytes were filled, or will be at once, by a completion that is held from now on.
     * Returns their offset in the area.
     */
    int fill(int chunk, int length) {
        int offset = (chunk << shift) + filled[chunk];
        filled[chunk] += length;
        held[chunk]++;
        return offset;
    }

    /** Ends a chunk: nothing more is filled into it. */
    void end(int chunk) {
        filling[chunk] = false;
        fillingCount--;
        freeIfUnused(chunk);
    }

    /** The memory of a completion on this chunk has come back. */
    void giveBack(int chunk) {
        held[chunk]--;
        freeIfUnused(chunk);
    }

    private void freeIfUnused(int chunk) {
        if (held[chunk] == 0 && !filling[chunk]) {
            free[chunk / Long.SIZE] |= 1L << chunk;
            firstFree = Math.min(firstFree, chunk / Long.SIZE);
            freeCount++;
            residency.use(chunk << shift);
        }
    }

    /**
     * Whether each chunk is in one place, for assertions.
     *
     * @param beingFilled how many should be
     * @param completions how many should be held
     */
    boolean isEachSomewhere(int beingFilled, int completions) {
        int inFilling = 0;
        int application = 0;
        int sum = 0;
        int inFree = 0;
        for (int chunk = 0; chunk < filled.length; chunk++) {
            inFree += isFree(chunk) ? 1 : 0;
            inFilling += filling[chunk] ? 1 : 0;
            application += !filling[chunk] && held[chunk] > 0 ? 1 : 0;
            sum += held[chunk];
        }
        return inFilling == beingFilled
                && inFilling == fillingCount
                && inFree == freeCount
                && inFilling + application + freeCount == filled.length
                && sum == completions;
    }
}
