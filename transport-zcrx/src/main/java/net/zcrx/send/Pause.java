// SPDX-License-Identifier: Apache-2.0
package net.zcrx.send;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A wait of a connection that has more to send, for something else than the socket: its next turn, or data. */
public final class Pause {
    /** Time after which a region that gave nothing is asked again. */
    private static final long RETRY_MILLIS = 2;

    private boolean forTurn;
    /** Asks the region for more that gave nothing; {@code null} if there is none. */
    private Future<?> retry;

    public boolean isOn() {
        return forTurn || retry != null;
    }

    /** Lasts until {@link #endPass}. */
    public void forTurn() {
        forTurn = true;
    }

    /** Lasts for a while; then {@code resume} runs, unless {@link #end} was called before. */
    public void forData(EventLoop loop, Runnable resume) {
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

    /** The connection may have another turn; returns whether that ends the pause. */
    public boolean endPass() {
        boolean over = forTurn;
        forTurn = false;
        return over;
    }

    /** Ends it; returns whether there was one. */
    public boolean end() {
        boolean was = isOn();
        forTurn = false;
        if (retry != null) {
            retry.cancel(false);
            retry = null;
        }
        return was;
    }
}
