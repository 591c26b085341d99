// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import net.zcrx.memory.Area;

/**
 * The slots that this side copies into for the other to read. They are filled one after the other, each with as many
 * runs of bytes as it has room for, and used again when all of those have come back. The slot that came back first is
 * filled first: the one that the other side has just read is still in its processor's cache. Which slots are free is
 * known in this process's own memory.
 */
final class CopySlots {
    /** Each run begins at a cache line: the other side may use the one before meanwhile. */
    private static final int LINE = 64;

    private static final int NONE = -1;

    /** How many slots may keep their memory while nothing is written. */
    private static final int KEPT_SLOTS = 1;

    private final ByteBuffer memory;
    private final int begin;
    /** A queue of the free slots. Its length is a power of two, and both of its counts wrap. */
    private final int[] free = new int[Layout.SLOTS];
    /** How many slots were ever taken from the queue. */
    private int taken;
    /** How many slots were ever added to the queue. */
    private int freed = Layout.SLOTS;
    /** Whether a slot occupies memory. */
    private final boolean[] used = new boolean[Layout.SLOTS];

    private int usedCount;
    /** How many runs of each slot are out. */
    private final int[] runs = new int[Layout.SLOTS];
    /** The slot that is being filled, or {@link #NONE}. */
    private int current = NONE;
    /** The offset in its slot at which the current run begins. */
    private int runBegin;
    /** The offset in its slot at which the current run ends so far. */
    private int runEnd;

    CopySlots(Segment segment, int side) {
        memory = segment.view();
        begin = Layout.slots(side);
        for (int i = 0; i < Layout.SLOTS; i++) {
            free[i] = i;
        }
    }

    /** Whether the current run is full, so that it must be ended before more is copied. */
    boolean isRunFull() {
        return current != NONE && runEnd == Layout.SLOT_BYTES && runBegin < runEnd;
    }

    /** Whether there is a current run. */
    boolean hasRun() {
        return current != NONE && runBegin < runEnd;
    }

    /** Adds bytes of {@code from} to the current run, which must not be full. Returns how many had room. */
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

    /** The offset of the current run in the connection's memory. */
    int offset() {
        return begin + current * Layout.SLOT_BYTES + runBegin;
    }

    /** The length of the current run. */
    int length() {
        return runEnd - runBegin;
    }

    /** Ends the current run, which goes to the other side. Returns the token by which it comes back. */
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

    /** Whether so many slots occupy memory that it should go back to the system if nothing is written for a while. */
    boolean canTrim() {
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

    /** A run of this slot has come back. Returns whether one was out. */
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
