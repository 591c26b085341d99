// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Wakes a loop once, some seconds after it was set. It is not a task of the loop's: a receiver knows of its loop how to
 * wake it, and nothing else. Nor is it Netty's global executor's, whose thread would keep a JVM that is about to end.
 * Used on the loop's thread only.
 */
final class CalmTimer {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(CalmTimer.class);

    private static final int SECONDS = 5;

    private final Runnable wakeup;
    /** The timer; {@code null} if it is not set. */
    private CompletableFuture<Void> timer;

    private volatile boolean rung;

    /** @param wakeup wakes the loop from another thread */
    CalmTimer(Runnable wakeup) {
        this.wakeup = wakeup;
    }

    /** Sets the timer, unless it is set already. */
    void set() {
        if (timer != null) {
            return;
        }
        try {
            // A cancelled one does not ring, and is forgotten by the JDK's thread, which is a daemon.
            timer = new CompletableFuture<Void>().completeOnTimeout(null, SECONDS, TimeUnit.SECONDS);
            timer.thenRun(this::ring);
        } catch (OutOfMemoryError e) {
            // No thread can be started for it. That must not end the loop: the memory is only kept longer.
            LOGGER.debug("Memory that is not used is not given back for now.", e);
        }
    }

    private void ring() {
        rung = true;
        wakeup.run();
    }

    /** Returns whether the time is over. It says so once, and may then be set again. */
    boolean hasRung() {
        if (!rung) {
            return false;
        }
        rung = false;
        timer = null;
        return true;
    }

    void cancel() {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
