// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import net.zcrx.memory.Reclaimer;

/**
 * The tokens that a side gives back, and the buffers that it still holds. On the channel's loop, without a lock, until
 * buffers are released late: when the channel has left the loop that read them. From then on every return takes the
 * lock, as that may be on any thread.
 */
final class Returns implements Reclaimer {
    /** The divisor of the bytes that the other side may have out: if this part of them is held here, more is copied. */
    private static final int MUCH = 2;
    /** The divisor from which on the other side may be waiting for held bytes. */
    private static final int SOME = 4;

    private static final int PLACE_SHIFT = 16;
    private static final int LENGTH_SHIFT = 32;
    private static final int MASK = 0xFFFF;

    private final Segment segment;
    private final Bell bell;
    private final Runnable ended;
    /** Makes the loop call {@link #notifyOther} before it sleeps. */
    private Runnable tellSoon;

    private final int ownReturned;
    private final int tokens;

    private int returned;
    /** Tokens were given back that the other side may wait for. */
    private boolean untold;
    /** Buffers of each slot that are held, and slots with any. */
    private final int[] ofSlot = new int[Layout.SLOTS];

    private int heldSlots;
    private int held;
    /** The bytes that may be out, and that are held, of the area of each place from 1 on. */
    private final Held[] areas = new Held[KnownAreas.MOST + 1];
    /** The last place that was ever used. */
    private int lastPlace;

    /** Whether buffers are out that are released on any thread. */
    private volatile boolean late;

    private int lateBuffers;
    private boolean closed;

    private static final class Held {
        final long most;
        long bytes;

        Held(long most) {
            this.most = most;
        }
    }

    /** @param ended run when the channel is closed and nothing is held any more; on whatever thread that is */
    Returns(Segment segment, Bell bell, int side, Runnable ended) {
        this.segment = segment;
        this.bell = bell;
        this.ended = ended;
        ownReturned = Layout.returned(side);
        tokens = Layout.returns(side);
    }

    /** @param soon has {@link #notifyOther} called before this loop sleeps; run on its thread */
    void enter(Runnable soon) {
        tellSoon = soon;
    }

    /** Packs the facts that a buffer's return needs into the number that the buffer carries. */
    static long token(int place, int token, int length) {
        return (long) length << LENGTH_SHIFT | (long) place << PLACE_SHIFT | token;
    }

    /** Another area has this place, of which so many bytes may be out. */
    void addArea(int place, long most) {
        areas[place] = new Held(most);
        lastPlace = Math.max(lastPlace, place);
    }

    /** Whether buffers of an area are held. */
    boolean isHeld(int place) {
        Held area = areas[place];
        if (late) {
            synchronized (this) {
                return area.bytes > 0;
            }
        }
        return area.bytes > 0;
    }

    /** Whether so many bytes of an area can be out besides those that are held. */
    boolean mayHold(int place, int length) {
        if (place == 0) {
            return true;
        }
        Held area = areas[place];
        return area.bytes + length <= area.most;
    }

    boolean isMuchHeld(int place, int token) {
        if (place == 0) {
            return ofSlot[token] == 0 && heldSlots >= Layout.SLOTS / MUCH;
        }
        Held area = areas[place];
        return area.bytes >= area.most / MUCH;
    }

    /** Whether the other side may be waiting for buffers that are held here. */
    boolean isAnyAwaited() {
        if (heldSlots >= Layout.SLOTS / SOME || held >= Layout.RING / SOME) {
            return true;
        }
        for (int place = 1; place <= lastPlace; place++) {
            if (areas[place].bytes > 0) {
                return true;
            }
        }
        return false;
    }

    void hold(int place, int token, int length) {
        if (late) {
            synchronized (this) {
                doHold(place, token, length);
            }
        } else {
            doHold(place, token, length);
        }
    }

    private void doHold(int place, int token, int length) {
        held++;
        if (place > 0) {
            areas[place].bytes += length;
        } else if (ofSlot[token]++ == 0) {
            heldSlots++;
        }
    }

    /** Takes a buffer back; returns whether it is the first one that the other side does not know of. */
    private boolean doReclaim(long carried) {
        int place = (int) (carried >>> PLACE_SHIFT) & MASK;
        int token = (int) carried & MASK;
        held--;
        if (place > 0) {
            areas[place].bytes -= carried >>> LENGTH_SHIFT;
        } else if (--ofSlot[token] == 0) {
            heldSlots--;
        }
        boolean first = !untold;
        put(token);
        return first;
    }

    /** Gives back a token that no buffer has. */
    void giveBack(int token) {
        if (late) {
            synchronized (this) {
                put(token);
            }
        } else {
            put(token);
        }
    }

    private void put(int token) {
        segment.put(tokens + (returned & Layout.RING - 1) * Integer.BYTES, token);
        returned++;
        untold = true;
        // The release orders the token, and all reads of the bytes by this thread, before the count.
        segment.putRelease(ownReturned, returned);
    }

    @Override
    public void reclaim(long carried) {
        boolean first;
        if (late) {
            synchronized (this) {
                first = doReclaim(carried);
            }
        } else {
            first = doReclaim(carried);
        }
        if (first) {
            tellSoon.run();
        }
    }

    @Override
    public void reclaimLate(long carried) {
        boolean last;
        synchronized (this) {
            doReclaim(carried);
            untold = false;
            bell.ringForReturns();
            last = closed && held == 0;
        }
        if (last) {
            ended.run();
        }
    }

    /** Called on the channel's loop: from now on this number of buffers is released on any thread. */
    void expectLateReturns(int buffers) {
        if (buffers > 0) {
            late = true;
        }
    }

    /**
     * Wakes the other side up, if it waits for tokens, or for room in its ring where {@code read}; returns whether it
     * did.
     */
    boolean notifyOther(boolean read) {
        if (!untold && !read) {
            return false;
        }
        untold = false;
        return bell.ringForReturns();
    }

    /** Called when the channel is closed. */
    void close() {
        boolean last;
        synchronized (this) {
            closed = true;
            last = held == 0;
        }
        if (last) {
            ended.run();
        }
    }
}
