// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import io.netty.channel.IoHandle;

/**
 * A channel, as its event loop sees it: what only this transport's loops can serve, so that a stock io_uring event loop
 * refuses it. All methods are called on the loop's thread.
 */
public interface LoopHandle extends IoHandle {
    /** It was registered with this loop. */
    void attach(Loop loop);

    /** Its place in the loop's list. */
    int index();

    /** It has another place in the loop's list. */
    void index(int now);

    /** The loop's marks: in which of its queues the handle is. A byte, as each connection has it. */
    byte marks();

    /** It is in other queues of the loop. */
    void marks(byte now);

    /** A pass ends in which {@link Loop#ready} was called, or begins after one with {@link Loop#readyLater}. */
    void endPass();

    /** Asked in each pass, after {@link Loop#askBeforeSleep}: whether it has something to do. */
    default boolean hasNews() {
        return false;
    }

    /**
     * Asked right before the loop sleeps, once after {@link Loop#askBeforeSleep}: whether it has nothing to do. If it
     * has, it has made itself ready, and is asked again.
     */
    default boolean maySleep() {
        return true;
    }

    /** Whether it is being closed, and waits for its requests to end. */
    boolean isClosePending();

    /** The ring is closed: no request can complete any more. */
    void loopEnded();

    /** Handles a failure of {@link #endPass}, which must not reach the others of the loop. */
    void fail(Throwable cause);

    @Override
    void close();
}
