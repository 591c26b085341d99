// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Buffers that were handed over through connections that have ended without giving them back. A thread polls until no
 * process can read them any more. It is not an event loop's, as loops may have ended; it exists only while there are
 * such buffers, and does not delay the end of the program. Safe on any thread.
 */
final class Orphans {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Orphans.class);

    private static final long FIRST_PAUSE_MILLIS = 1;
    private static final long LONGEST_PAUSE_MILLIS = 500;

    /** Also the lock of the fields below. */
    private static final List<HandedOver> WAITING = new ArrayList<>();
    /** {@code null} while there are no orphans. */
    private static Thread thread;

    private static long pauseMillis;

    private Orphans() {}

    /** Takes over what has not come back. The caller must not use it any more. */
    static void add(HandedOver handedOver) {
        synchronized (WAITING) {
            WAITING.add(handedOver);
            pauseMillis = FIRST_PAUSE_MILLIS;
            WAITING.notifyAll();
            if (thread == null) {
                thread = new Thread(Orphans::takeBackAll, "zcrx-shared-leases");
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    private static void takeBackAll() {
        List<HandedOver> all;
        while (!(all = waiting()).isEmpty()) {
            List<HandedOver> done = all.stream().filter(Orphans::isBack).toList();
            synchronized (WAITING) {
                WAITING.removeAll(done);
                pause();
            }
        }
    }

    private static List<HandedOver> waiting() {
        synchronized (WAITING) {
            if (WAITING.isEmpty()) {
                thread = null;
            }
            return List.copyOf(WAITING);
        }
    }

    private static boolean isBack(HandedOver handedOver) {
        try {
            return handedOver.takeBackUnread();
        } catch (RuntimeException e) {
            LOGGER.warn(
                    "A buffer that was handed over to a process that has ended could not be released;"
                            + " the others of its connection are.",
                    e);
            return false;
        }
    }

    /** Pauses longer each time: a process that still reads them may do so for long. */
    private static void pause() {
        if (WAITING.isEmpty()) {
            return;
        }
        try {
            WAITING.wait(pauseMillis);
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            // Nobody else has a reference to the thread.
            throw new IllegalStateException(e);
        }
    }
}
