// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import net.zcrx.memory.Area;

/**
 * An area in chunks. Each is free, being filled (by the kernel, or by what joins short pieces), or with the application,
 * which holds completions on it; one that is being filled may have completions with the application as well.
 */
final class Chunks {
    private final Area area;
    private final int shift;
    private final int bytes;
    /** Bytes of a chunk that have been filled. */
    private final int[] filled;
    /** Completions on a chunk that have not come back. */
    private final int[] held;

    private final boolean[] filling;
    private int fillingCount;
    /**
     * A bit for each that is free. The lowest is given first, so that the memory in use is small, stays warm in the CPU's
     * cache, and lies together, however large the area is and in whatever order chunks come back.
     */
    private final long[] free;
    /** Words of {@link #free} before this one have no bit. */
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

    /** Bytes of a chunk. */
    int bytes() {
        return bytes;
    }

    int count() {
        return filled.length;
    }

    int free() {
        return freeCount;
    }

    /** Those that are neither free nor being filled. */
    int withApplication() {
        return filled.length - freeCount - fillingCount;
    }

    /** The chunk that a place in the area is in. */
    int at(int offset) {
        return offset >>> shift;
    }

    /** What memory it takes. */
    Residency residency() {
        return residency;
    }

    /** Whether all chunks are free that these bytes, which are of whole chunks, are of. */
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

    /** Takes a free one to be filled; there must be one. */
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

    /** Bytes that still fit. */
    int room(int chunk) {
        return bytes - filled[chunk];
    }

    /** So many bytes were filled, or will be at once, by a completion that is held from now on; returns their offset. */
    int fill(int chunk, int length) {
        int offset = (chunk << shift) + filled[chunk];
        filled[chunk] += length;
        held[chunk]++;
        return offset;
    }

    /** It is filled no more. */
    void end(int chunk) {
        filling[chunk] = false;
        fillingCount--;
        freeIfUnused(chunk);
    }

    /** A completion on it has come back. */
    void letGo(int chunk) {
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
