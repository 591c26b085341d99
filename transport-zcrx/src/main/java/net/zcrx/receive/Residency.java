// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import java.util.Arrays;
import net.zcrx.memory.Area;

/**
 * Which of an area's memory the system has given, and which part of that it gets back: memory that was free and unused
 * for a whole period. Used on the loop's thread only.
 *
 * <p>Memory is counted in blocks as large as a transparent huge page. If a part of a block is given back, the process
 * seems to take less memory, but its cgroup still has all of it, until memory is short.
 */
final class Residency {
    private static final int BLOCK_SHIFT = 21;
    static final int BLOCK_BYTES = 1 << BLOCK_SHIFT;

    /** State: the block takes no memory. */
    private static final byte ABSENT = 0;
    /** State: the block was not used in this period. */
    private static final byte CALM = 1;
    /** State: the block was used in this period. */
    private static final byte USED = 2;

    private final Area area;
    private final byte[] blocks;
    private int bytes;
    private boolean toBeLookedAt;
    /** Whether the system takes memory back. */
    private boolean takes = true;

    Residency(Area area) {
        this.area = area;
        blocks = new byte[(area.length() + BLOCK_BYTES - 1) >>> BLOCK_SHIFT];
        if (area.isHuge()) {
            // These pages were set aside and are all there: nobody else could use them.
            bytes = area.length();
            Arrays.fill(blocks, USED);
        }
    }

    /** Returns the most bytes that take memory. */
    int bytes() {
        return bytes;
    }

    /** The block at {@code offset} will be written to, or has been until now. */
    void use(int offset) {
        int block = offset >>> BLOCK_SHIFT;
        if (blocks[block] != USED) {
            if (blocks[block] == ABSENT) {
                bytes += length(block);
            }
            blocks[block] = USED;
            toBeLookedAt = takes;
        }
    }

    /** Returns whether the end of a period may find something to give back; else no period need end. */
    boolean isToBeLookedAt() {
        return toBeLookedAt;
    }

    /** Gives back memory that is free and was not used since the end of the last period. */
    void endPeriod(Chunks chunks) {
        toBeLookedAt = false;
        int first = 0;
        for (int block = 0; block < blocks.length; block++) {
            boolean free = blocks[block] != ABSENT && chunks.areFree(block << BLOCK_SHIFT, length(block));
            if (free && blocks[block] == CALM) {
                continue;
            }
            giveBack(first, block);
            first = block + 1;
            if (blocks[block] == USED) {
                blocks[block] = CALM;
                toBeLookedAt |= free && takes;
            }
        }
        giveBack(first, blocks.length);
    }

    /** Gives back neighbours at once: where huge pages do not begin as blocks do, only those at the ends are split. */
    private void giveBack(int first, int end) {
        if (first == end || !takes) {
            return;
        }
        int offset = first << BLOCK_SHIFT;
        int length = ((end - 1) << BLOCK_SHIFT) + length(end - 1) - offset;
        takes = area.giveBack(offset, length);
        if (takes) {
            for (int block = first; block < end; block++) {
                blocks[block] = ABSENT;
            }
            bytes -= length;
        }
    }

    /** The length of a block; the last one may be shorter. */
    private int length(int block) {
        return Math.min(BLOCK_BYTES, area.length() - (block << BLOCK_SHIFT));
    }
}
