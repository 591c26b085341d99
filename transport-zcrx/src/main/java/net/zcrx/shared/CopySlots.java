// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import net.zcrx.memory.Area;

/**
 * The slots that a side copies into for the other to read: filled one after the other, each by as many runs of bytes as
 * it has room for, and used again when the last of them has come back. The slot that came back first is filled first:
 * what the other side has just read is in its processor's cache still, and would have to be fetched from there. What is
 * free stands here, in this process's memory.
 */
final class CopySlots {
    /** A run begins a cache line, as the other side may read and write the one before. */
    private static final int LINE = 64;

    private static final int NONE = -1;

    /** Slots that may keep their memory while nothing is written. */
    private static final int KEPT_SLOTS = 2;

    private final ByteBuffer memory;
    private final int begin;
    /** A queue. Both of its counts go on beyond its length, a power of two, and may wrap. */
    private final int[] free = new int[Layout.SLOTS];

    private int taken;
    private int freed = Layout.SLOTS;
    /** Whether a slot has taken memory of the system. */
    private final boolean[] used = new boolean[Layout.SLOTS];

    private int usedCount;
    /** Runs of each slot that are out. */
    private final int[] runs = new int[Layout.SLOTS];

    private int current = NONE;
    /** Where the run begins that is being filled, and where it ends, from the beginning of the slot. */
    private int runBegin;

    private int runEnd;

    CopySlots(Segment segment, int side) {
        memory = segment.view();
        begin = Layout.slots(side);
        for (int i = 0; i < Layout.SLOTS; i++) {
            free[i] = i;
        }
    }

    /** Whether the run that is being filled is full: it has to be ended before more is copied. */
    boolean isRunFull() {
        return current != NONE && runEnd == Layout.SLOT_BYTES && runBegin < runEnd;
    }

    /** Whether a run is being filled. */
    boolean hasRun() {
        return current != NONE && runBegin < runEnd;
    }

    /** Adds bytes of {@code from} to the run, which is not full; returns how many had room. */
    int copy(ByteBuf from, int index, int length) {
        if (current == NONE) {
            if (taken == freed) {
                return 0;
            }
            current = free[taken++ & Layout.SLOTS - 1];
            if (!used[current]) {
                used[current] = true;
                usedCount++;
            }
            runBegin = 0;
            runEnd = 0;
        }
        int bytes = Math.min(length, Layout.SLOT_BYTES - runEnd);
        int at = begin + current * Layout.SLOT_BYTES + runEnd;
        from.getBytes(index, memory.limit(at + bytes).position(at));
        runEnd += bytes;
        return bytes;
    }

    /** The offset of the run in the connection's memory. */
    int offset() {
        return begin + current * Layout.SLOT_BYTES + runBegin;
    }

    int length() {
        return runEnd - runBegin;
    }

    /** Ends the run, which goes to the other side; returns the token by which it comes back. */
    int endRun() {
        int token = current;
        runs[token]++;
        runEnd = Math.min(Layout.SLOT_BYTES, (runEnd + LINE - 1) / LINE * LINE);
        runBegin = runEnd;
        if (runEnd == Layout.SLOT_BYTES) {
            current = NONE;
        }
        return token;
    }

    /** Whether so many slots have taken memory that it should go back when nothing is written for a while. */
    boolean isFat() {
        return usedCount > KEPT_SLOTS;
    }

    /** Gives the memory of free slots back to the system. */
    void trim(Area area) {
        for (int i = taken; i != freed; i++) {
            int slot = free[i & Layout.SLOTS - 1];
            if (used[slot]) {
                used[slot] = false;
                usedCount--;
                area.punch(begin + slot * Layout.SLOT_BYTES, Layout.SLOT_BYTES);
            }
        }
    }

    /** A run has come back; returns whether there was one. */
    boolean takeBack(int token) {
        if (runs[token] == 0) {
            return false;
        }
        if (--runs[token] == 0) {
            if (token != current) {
                free[freed++ & Layout.SLOTS - 1] = token;
            } else if (!hasRun()) {
                runBegin = 0;
                runEnd = 0;
            }
        }
        return true;
    }
}
