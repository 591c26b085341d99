// SPDX-License-Identifier: Apache-2.0
package net.zcrx.send;

/**
 * What a connection may send by system calls in one pass of its loop: as many sends at once, and steps of regions, as
 * Netty's {@code WRITE_SPIN_COUNT} says. Listeners may write again, and a fast reader never fills the socket: without a
 * bound the loop's other connections and its tasks would wait. A pass has many rounds of completions, so that a bound
 * per flush would not be one.
 */
public final class Turn {
    private int pass;
    private int writes;

    /** Whether the connection has sent {@code most} times in this pass. */
    public boolean isOver(int currentPass, int most) {
        return pass == currentPass && writes >= most;
    }

    /** The connection sends by a system call. */
    public void use(int currentPass) {
        writes = pass == currentPass ? writes + 1 : 1;
        pass = currentPass;
    }
}
