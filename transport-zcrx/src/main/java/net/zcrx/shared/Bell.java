// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.lang.invoke.VarHandle;
import net.zcrx.uring.Native;

/**
 * Wakes the other side up, if it has announced that it sleeps.
 *
 * <h2>Why no wake-up is lost</h2>
 *
 * This side stores its data or tokens, executes a full fence, and reads the other side's word. The other side stores an
 * odd number in its word, executes a full fence, and looks for data and tokens. So at least one of the two sees what
 * the other has stored: either the other side finds the data and does not sleep, or this side finds the odd number and
 * rings. It rings once for each odd number, because the other side looks at everything when it wakes up.
 */
final class Bell {
    private final Segment segment;
    private final ControlSocket control;
    private final int asleep;
    private final int waiting;
    private final int usesFutex;
    private final int futexWord;
    /** The odd numbers for which it has rung last. */
    private int rungAsleep;

    private int rungWaiting;

    /** @param side the side that is woken up */
    Bell(Segment segment, ControlSocket control, int side) {
        this.segment = segment;
        this.control = control;
        asleep = Layout.asleep(side);
        waiting = Layout.waiting(side);
        usesFutex = Layout.usesFutex(side);
        futexWord = Layout.futexWord(side);
    }

    /** Rings if the other side sleeps until there is data. Returns whether it has rung. */
    boolean ringForData() {
        VarHandle.fullFence();
        int word = segment.getAcquire(asleep);
        if ((word & 1) == 0 || word == rungAsleep) {
            return false;
        }
        rungAsleep = word;
        wake();
        return true;
    }

    /** Rings if the other side sleeps until there are tokens or room in its ring. Returns whether it has rung. */
    boolean ringForReturns() {
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
        // At least as recent as the odd number, which the other side stores later.
        if (segment.getOpaque(usesFutex) == 0) {
            ring();
        } else {
            // If the other side waits for the futex only after this, the 1 ends its wait at once.
            segment.putRelease(futexWord, 1);
            Native.futexWake(segment.address(futexWord));
        }
    }

    /** Rings by a message, whether the other side sleeps or not: for a changed state. */
    void ring() {
        // If the socket is full, the other side has messages to read anyway. If it has failed, a poll reports that.
        control.send(Message.RING);
    }
}
