// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The buffers that were handed over by connections that have ended before they came back, until nobody can read them
 * any more. A thread looks after them, and exists only while there are any: event loops may have ended, and the end of
 * the program does not wait for it. Any thread.
 */
final class Orphans {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Orphans.class);

    private static final long FIRST_PAUSE_MILLIS = 1;
    private static final long LONGEST_PAUSE_MILLIS = 500;

    /** The checks whether all buffers of a connection are back. Also the lock of the fields below. */
    private static final List<BooleanSupplier> WAITING = new ArrayList<>();
    /** {@code null} while nothing is waited for. */
    private static Thread thread;

    private static long pauseMillis;

    private Orphans() {}

    /** Waits for buffers that have not come back; only the check touches them from now on. */
    static void add(BooleanSupplier isBack) {
        synchronized (WAITING) {
            WAITING.add(isBack);
            pauseMillis = FIRST_PAUSE_MILLIS;
            WAITING.notifyAll();
            if (thread == null) {
                start();
            }
        }
    }

    private static void start() {
        Thread starting = new Thread(Orphans::look, "zcrx-shared-leases");
        starting.setDaemon(true);
        try {
            starting.start();
            thread = starting;
        } catch (OutOfMemoryError e) {
            LOGGER.warn(
                    "There can be no thread now for what was handed over to processes that have ended:"
                            + " it comes back when there is one for the next such.",
                    e);
        }
    }

    private static void look() {
        List<BooleanSupplier> all;
        while (!(all = waiting()).isEmpty()) {
            List<BooleanSupplier> done = all.stream().filter(Orphans::isBack).toList();
            synchronized (WAITING) {
                WAITING.removeAll(done);
                pause();
            }
        }
    }

    private static List<BooleanSupplier> waiting() {
        synchronized (WAITING) {
            if (WAITING.isEmpty()) {
                thread = null;
            }
            return List.copyOf(WAITING);
        }
    }

    /** Runs one check. No exception leaves it: that would end the thread, and the others would wait without end. */
    private static boolean isBack(BooleanSupplier each) {
        try {
            return each.getAsBoolean();
        } catch (Throwable e) {
            LOGGER.warn(
                    "What was handed over to a process that has ended could not be looked at; it is tried again.", e);
            return false;
        }
    }

    /** Less and less often: whoever reads them still may do so for long. */
    private static void pause() {
        if (WAITING.isEmpty()) {
            return;
        }
        try {
            WAITING.wait(pauseMillis);
        } catch (InterruptedException e) {
            // Whoever interrupts all threads: it ends when all is back.
            LOGGER.debug("The thread goes on.", e);
        }
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
    }
}
