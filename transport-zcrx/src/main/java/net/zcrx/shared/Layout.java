// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

/**
 * Where what lies in the memory of a connection. Each of its two sides, 0 that connected and 1 that accepted, writes to
 * parts of its own and reads those of the other. Whatever changes here changes {@link Message#VERSION}.
 *
 * <pre>
 * 2 x words       what each side tells of itself; a cache line for each that is written at another time
 * 2 x data ring   what a side has written: area, offset, length, token
 * 2 x return ring tokens of what a side has read, and let go
 * 2 x slots       what a side has copied here to be read
 * </pre>
 */
final class Layout {
    /** Entries of each ring: descriptors that are out at a time. A power of two. */
    static final int RING = 1024;

    static final int ENTRY_BYTES = 16;

    // The four numbers of an entry of a data ring, by their place in it.

    /** 0 for the slots; else the number that a {@link Message#AREA} gave it. */
    static final int ENTRY_AREA = 0;

    static final int ENTRY_OFFSET = 4;
    static final int ENTRY_LENGTH = 8;
    static final int ENTRY_TOKEN = 12;

    /** Slots of a side, a power of two; their numbers are the tokens of what is copied. */
    static final int SLOTS = 32;

    static final int SLOT_BYTES = 16 * 1024;

    /** Twice the cache line, as processors fetch pairs of them. */
    static final int LINE = 128;

    private static final int WORDS_BYTES = 5 * LINE;
    private static final int DATA = 2 * WORDS_BYTES;
    private static final int RETURNS = DATA + 2 * RING * ENTRY_BYTES;
    private static final int SLOTS_BEGIN = 64 * 1024;

    /** All of it, in bytes: a whole number of pages, whatever the machine's. */
    static final int BYTES = SLOTS_BEGIN + 2 * SLOTS * SLOT_BYTES;

    private Layout() {}

    private static int words(int side) {
        return side * WORDS_BYTES;
    }

    /** How many entries the side has written to its data ring; it may wrap, as do all these numbers. */
    static int tail(int side) {
        return words(side);
    }

    /** How many tokens the side has written to its return ring. */
    static int returned(int side) {
        return words(side) + LINE;
    }

    /** How many entries of the other's data ring the side has read. */
    static int head(int side) {
        return words(side) + LINE + Integer.BYTES;
    }

    /** Odd while the side is to be woken up for data, and another odd number each time. */
    static int asleep(int side) {
        return words(side) + 2 * LINE;
    }

    /** Odd while the side is to be woken up for tokens and for room in its data ring, and another one each time. */
    static int waiting(int side) {
        return words(side) + 2 * LINE + Integer.BYTES;
    }

    /** How the side waits to be woken up: 1 for {@link #rung} to be set and a futex's wake; 0 for a message. */
    static int way(int side) {
        return words(side) + 2 * LINE + 2 * Integer.BYTES;
    }

    /** 1 once the side was woken up by its futex. The other side sets it, and this one resets it before it sleeps. */
    static int rung(int side) {
        return words(side) + 4 * LINE;
    }

    /** One of {@link Outgoing}'s states. */
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
