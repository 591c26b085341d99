// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.concurrent.TimeUnit;

/**
 * Wakes a loop once, some seconds after it was set. It is not a task of the loop's: a receiver knows of its loop how to
 * wake it, and nothing else. Used on the loop's thread only.
 */
final class CalmTimer {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(CalmTimer.class);

    private static final int SECONDS = 5;

    private final Runnable wakeup;
    /** {@code null} if it is not set. */
    private Future<?> timer;

    private volatile boolean rung;

    /** @param wakeup wakes the loop from another thread */
    CalmTimer(Runnable wakeup) {
        this.wakeup = wakeup;
    }

    /** Does nothing if it is set already. */
    void set() {
        if (timer != null) {
            return;
        }
        try {
            timer = GlobalEventExecutor.INSTANCE.schedule(this::ring, SECONDS, TimeUnit.SECONDS);
        } catch (OutOfMemoryError e) {
            // The executor cannot start a thread. That must not end the loop: the memory is only kept longer.
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
