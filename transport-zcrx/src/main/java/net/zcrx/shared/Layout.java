// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

/**
 * The layout of a connection's memory. Side 0 connected, side 1 accepted. Each side writes to its own parts and reads
 * those of the other. A change here needs a new {@link Message#VERSION}.
 *
 * <pre>
 * 2 x words       the counts and states of a side; words that change at different times lie in different cache lines
 * 2 x data ring   what a side has written; an entry has area, offset, length and token
 * 2 x return ring the tokens of what a side has read and released
 * 2 x slots       the bytes that a side has copied for the other to read
 * </pre>
 */
final class Layout {
    /** Entries of each ring, and so the most that can be out at a time. A power of two. */
    static final int RING = 1024;

    static final int ENTRY_BYTES = 16;

    // Offsets of the four numbers of a data ring's entry.

    /** The number of the area, which {@link Message#AREA} has given it; 0 for the slots. */
    static final int ENTRY_AREA = 0;

    static final int ENTRY_OFFSET = 4;
    static final int ENTRY_LENGTH = 8;
    static final int ENTRY_TOKEN = 12;

    /** Slots of a side, a power of two. A slot's number is the token of the data that is copied to it. */
    static final int SLOTS = 64;

    static final int SLOT_BYTES = 64 * 1024;

    /** Twice the cache line, as processors fetch pairs of them. */
    static final int LINE = 128;

    private static final int WORDS_BYTES = 5 * LINE;
    private static final int DATA = 2 * WORDS_BYTES;
    private static final int RETURNS = DATA + 2 * RING * ENTRY_BYTES;
    private static final int SLOTS_BEGIN = 64 * 1024;

    /** The length of the memory: a whole number of pages on every machine. */
    static final int BYTES = SLOTS_BEGIN + 2 * SLOTS * SLOT_BYTES;

    private Layout() {}

    private static int words(int side) {
        return side * WORDS_BYTES;
    }

    /** How many entries the side has written to its data ring. Like all these counts, it wraps. */
    static int tail(int side) {
        return words(side);
    }

    /** How many tokens the side has written to its return ring. */
    static int returned(int side) {
        return words(side) + LINE;
    }

    /** How many entries of the other side's data ring the side has read. */
    static int head(int side) {
        return words(side) + LINE + Integer.BYTES;
    }

    /** Odd while the side is to be woken up for data: another odd number for each sleep. */
    static int asleep(int side) {
        return words(side) + 2 * LINE;
    }

    /** Odd while the side is to be woken up for tokens or room in its data ring: another odd number for each sleep. */
    static int waiting(int side) {
        return words(side) + 2 * LINE + Integer.BYTES;
    }

    /** How the side is woken up: 1 by its {@link #futexWord}, 0 by a message on the socket. */
    static int usesFutex(int side) {
        return words(side) + 2 * LINE + 2 * Integer.BYTES;
    }

    /** The futex that the side sleeps on while it is 0. The other side sets it to 1, and the side itself resets it. */
    static int futexWord(int side) {
        return words(side) + 4 * LINE;
    }

    /** The place of a side's state, which is one of those of {@link Outgoing}. */
    static int state(int side) {
        return words(side) + 3 * LINE;
    }

    static int data(int side) {
        return DATA + side * RING * ENTRY_BYTES;
    }

    static int returns(int side) {
        return RETURNS + side * RING * Integer.BYTES;
    }

    static int slots(int side) {
        return SLOTS_BEGIN + side * SLOTS * SLOT_BYTES;
    }
}
