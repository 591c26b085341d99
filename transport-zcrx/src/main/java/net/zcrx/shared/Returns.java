// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.util.ArrayList;
import net.zcrx.memory.Reclaimer;

/**
 * The tokens that this side gives back, and what it still holds. Used on the channel's event loop, without a lock. A
 * buffer is released late if its channel has left the loop that read it, and then on any thread: as soon as there may
 * be such buffers, every return takes the lock.
 */
final class Returns implements Reclaimer {
    /** More is copied if half of what the other side may have out is held here. */
    private static final int MUCH = 2;
    /** The other side may wait for returns if a fourth of that is held here. */
    private static final int SOME = 4;

    private static final int NUMBER_SHIFT = 16;
    private static final int LENGTH_SHIFT = 32;
    private static final int MASK = 0xFFFF;

    private final Segment segment;
    private final Bell bell;
    private final Runnable ended;
    /** Has {@link #notifyOther} called before the loop sleeps. */
    private Runnable notifySoon;

    private final int ownReturned;
    private final int tokens;

    /** How many tokens were given back. */
    private int returned;
    /** Whether tokens were given back for which the bell has not rung. */
    private boolean unannounced;
    /** How many buffers of each slot are held. */
    private final int[] ofSlot = new int[Layout.SLOTS];
    /** How many slots have held buffers. */
    private int heldSlots;
    /** How many buffers are held. */
    private int held;
    /** What is held of each area, from the first on. */
    private final ArrayList<Held> areas = new ArrayList<>();

    /** Whether buffers may be released late. */
    private volatile boolean late;

    private boolean closed;

    private static final class Held {
        /** The bytes that may be out. */
        final long most;
        /** The bytes that are held. */
        long bytes;

        Held(long most) {
            this.most = most;
        }
    }

    /** @param ended run, on any thread, when the channel is closed and nothing is held any more */
    Returns(Segment segment, Bell bell, int side, Runnable ended) {
        this.segment = segment;
        this.bell = bell;
        this.ended = ended;
        ownReturned = Layout.returned(side);
        tokens = Layout.returns(side);
    }

    /** @param soon has {@link #notifyOther} called before this loop sleeps; run on its thread */
    void enter(Runnable soon) {
        notifySoon = soon;
    }

    /** What a buffer carries for its return: the number of its area, the entry's token and the length. */
    static long token(int number, int token, int length) {
        return (long) length << LENGTH_SHIFT | (long) number << NUMBER_SHIFT | token;
    }

    /** Adds the next area, of which so many bytes may be out. */
    void addArea(long most) {
        areas.add(new Held(most));
    }

    /** Whether buffers of an area are held. */
    boolean isHeld(int number) {
        Held area = areas.get(number - 1);
        if (late) {
            synchronized (this) {
                return area.bytes > 0;
            }
        }
        return area.bytes > 0;
    }

    /** Whether so many bytes of an area may be out besides those that are held. */
    boolean mayHold(int number, int length) {
        if (number == 0) {
            return true;
        }
        Held area = areas.get(number - 1);
        return area.bytes + length <= area.most;
    }

    /** Whether so much is held, of the slots or of this area, that the next bytes are to be copied. */
    boolean isMuchHeld(int number, int token) {
        if (number == 0) {
            return ofSlot[token] == 0 && heldSlots >= Layout.SLOTS / MUCH;
        }
        Held area = areas.get(number - 1);
        return area.bytes >= area.most / MUCH;
    }

    /** Whether the other side may wait for what is held here. */
    boolean isAnyAwaited() {
        if (heldSlots >= Layout.SLOTS / SOME || held >= Layout.RING / SOME) {
            return true;
        }
        for (int i = 0; i < areas.size(); i++) {
            if (areas.get(i).bytes > 0) {
                return true;
            }
        }
        return false;
    }

    /** Counts a buffer that was read. */
    void hold(int number, int token, int length) {
        if (late) {
            synchronized (this) {
                doHold(number, token, length);
            }
        } else {
            doHold(number, token, length);
        }
    }

    private void doHold(int number, int token, int length) {
        held++;
        if (number > 0) {
            areas.get(number - 1).bytes += length;
        } else if (ofSlot[token]++ == 0) {
            heldSlots++;
        }
    }

    /** Returns whether {@link #notifyOther} has to be called: not if that is due already. */
    private boolean doReclaim(long carried) {
        int number = (int) (carried >>> NUMBER_SHIFT) & MASK;
        int token = (int) carried & MASK;
        held--;
        if (number > 0) {
            areas.get(number - 1).bytes -= carried >>> LENGTH_SHIFT;
        } else if (--ofSlot[token] == 0) {
            heldSlots--;
        }
        boolean first = !unannounced;
        put(token);
        return first;
    }

    /** Gives back the token of an entry for which there is no buffer. */
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
        unannounced = true;
        // Release order: the token is written, and the bytes are read, before the other side sees the count.
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
            notifySoon.run();
        }
    }

    @Override
    public void reclaimLate(long carried) {
        boolean last;
        synchronized (this) {
            doReclaim(carried);
            unannounced = false;
            bell.ringForReturns();
            last = closed && held == 0;
        }
        if (last) {
            ended.run();
        }
    }

    /** The channel leaves its loop: so many buffers may be released on any thread from now on. */
    void expectLateReturns(int buffers) {
        if (buffers > 0) {
            late = true;
        }
    }

    /**
     * Wakes the other side up if it waits for tokens. Returns whether it did.
     *
     * @param read whether entries were read, so that it may also wait for room in its ring
     */
    boolean notifyOther(boolean read) {
        if (!unannounced && !read) {
            return false;
        }
        unannounced = false;
        return bell.ringForReturns();
    }

    /** The channel is closed. */
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
