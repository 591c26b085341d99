// SPDX-License-Identifier: Apache-2.0
package net.zcrx.send;

/**
 * What a connection may send by system calls in one pass of its loop: as many sends at once, and steps of regions, as
 * Netty's {@code WRITE_SPIN_COUNT} says. Listeners may write again, and a fast reader never fills the socket: without a
 * bound the loop's other connections and its tasks would wait. A pass has many rounds of completions, so that a bound
 * per flush would not be one.
 *
 * <p>A superclass rather than a field, because every object per connection costs memory.
 */
public abstract class Turn {
    private int pass;
    private int writes;
    private boolean awaited;

    /** Whether the connection has sent {@code most} times in this pass. */
    protected final boolean isTurnOver(int currentPass, int most) {
        return pass == currentPass && writes >= most;
    }

    /** The connection sends by a system call. */
    protected final void useTurn(int currentPass) {
        writes = pass == currentPass ? writes + 1 : 1;
        pass = currentPass;
    }

    /** The connection waits for its next turn, until {@link #endTurnWait}. */
    protected final void awaitNextTurn() {
        awaited = true;
    }

    /** Whether the connection waits for its next turn. */
    protected final boolean isTurnAwaited() {
        return awaited;
    }

    /** Ends the wait for the next turn; returns whether there was one. */
    protected final boolean endTurnWait() {
        boolean was = awaited;
        awaited = false;
        return was;
    }
}
