// SPDX-License-Identifier: Apache-2.0
package net.zcrx.send;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * What a connection may send by system calls in one pass of its loop: as many sends at once, and steps of regions, as
 * Netty's {@code WRITE_SPIN_COUNT} says. Listeners may write again, and a fast reader never fills the socket: without a
 * bound the loop's other connections and its tasks would wait. A pass has many rounds of completions, so that a bound
 * per flush would not be one.
 *
 * <p>A connection that has more to send may wait for something else than the socket: for its next turn, or for data.
 */
public final class Turn {
    /** Time after which a region that gave nothing is asked again. */
    private static final long RETRY_MILLIS = 2;

    private int pass;
    private int writes;
    /** Whether the connection waits for its next turn. */
    private boolean awaited;
    /** Asks the region for more that gave nothing; {@code null} if there is none. */
    private Future<?> retry;

    /** Whether the connection has sent {@code most} times in this pass. */
    public boolean isOver(int currentPass, int most) {
        return pass == currentPass && writes >= most;
    }

    /** The connection sends by a system call. */
    public void use(int currentPass) {
        writes = pass == currentPass ? writes + 1 : 1;
        pass = currentPass;
    }

    /** Whether the connection waits. */
    public boolean isWaiting() {
        return awaited || retry != null;
    }

    /** Waits until {@link #begin}. */
    public void awaitNext() {
        awaited = true;
    }

    /** Waits for a while; then {@code resume} runs, unless {@link #endWait} was called before. */
    public void awaitData(EventLoop loop, Runnable resume) {
        retry = loop.schedule(
                () -> {
                    // It may have been cancelled too late.
                    if (retry != null) {
                        retry = null;
                        resume.run();
                    }
                },
                RETRY_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** The connection may have its next turn; returns whether it waits for that, and does so no more. */
    public boolean begin() {
        boolean was = awaited;
        awaited = false;
        return was;
    }

    /** Ends the wait; returns whether there was one. */
    public boolean endWait() {
        boolean was = isWaiting();
        awaited = false;
        if (retry != null) {
            retry.cancel(false);
            retry = null;
        }
        return was;
    }
}
