// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.lang.invoke.VarHandle;
import net.zcrx.uring.Native;

/**
 * Wakes the other side up, if it has said that it sleeps.
 *
 * <h2>Why no wake-up is lost</h2>
 *
 * This side stores what it has to tell, then a full fence, then it reads the other's word. The other side stores an odd
 * number in its word, then a full fence, then it looks for what there is. So one of the two sees the other: either the
 * other side finds what was stored, and does not sleep, or this side finds the odd number, and rings. Each odd number
 * is rung for once, as what is told later is found when the other side wakes up.
 */
final class Bell {
    private final Segment segment;
    private final ControlSocket control;
    private final int asleep;
    private final int waiting;
    private final int way;
    private final int rung;
    private int rungAsleep;
    private int rungWaiting;

    /** @param side that is woken up */
    Bell(Segment segment, ControlSocket control, int side) {
        this.segment = segment;
        this.control = control;
        asleep = Layout.asleep(side);
        waiting = Layout.waiting(side);
        way = Layout.way(side);
        rung = Layout.rung(side);
    }

    /** Data was stored; returns whether it was rung. */
    boolean data() {
        VarHandle.fullFence();
        int word = segment.getAcquire(asleep);
        if ((word & 1) == 0 || word == rungAsleep) {
            return false;
        }
        rungAsleep = word;
        wake();
        return true;
    }

    /** Tokens were stored, or data was read; returns whether it was rung. */
    boolean returns() {
        VarHandle.fullFence();
        int word = segment.getAcquire(waiting);
        if ((word & 1) == 0 || word == rungWaiting) {
            return false;
        }
        rungWaiting = word;
        wake();
        return true;
    }

    private void wake() {
        // At least as new as the word, which the side stores after it.
        if (segment.getOpaque(way) == 0) {
            ring();
        } else {
            // A side that begins to wait only after this finds that it need not.
            segment.putRelease(rung, 1);
            Native.futexWake(segment.address(rung));
        }
    }

    /** The state has changed, which the other side is to know of in any case. */
    void ring() {
        // A full socket has messages that the other side has not read yet; and one that has failed tells so by itself.
        control.send(Message.RING);
    }
}
