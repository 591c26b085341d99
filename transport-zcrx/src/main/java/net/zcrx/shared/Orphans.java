// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * What was handed over by connections that have ended without giving it back, until nobody can read it any more. A
 * thread looks, which is there only while there is any: event loops may have ended, and a program's end waits for none
 * of it. Any thread.
 */
final class Orphans {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Orphans.class);

    private static final long FIRST_PAUSE_MILLIS = 1;
    private static final long LONGEST_PAUSE_MILLIS = 500;

    /** The lock of what follows. */
    private static final List<HandedOver> WAITING = new ArrayList<>();
    /** {@code null} while nothing is waited for. */
    private static Thread thread;

    private static long pauseMillis;

    private Orphans() {}

    /** Waits for what has not come back; only this touches it from now on. */
    static void take(HandedOver handedOver) {
        synchronized (WAITING) {
            WAITING.add(handedOver);
            pauseMillis = FIRST_PAUSE_MILLIS;
            WAITING.notifyAll();
            if (thread == null) {
                thread = new Thread(Orphans::look, "zcrx-shared-leases");
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    private static void look() {
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

    /** Less and less often: whoever reads them still may do so for long. */
    private static void pause() {
        if (WAITING.isEmpty()) {
            return;
        }
        try {
            WAITING.wait(pauseMillis);
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            // Nobody but this class knows the thread.
            throw new IllegalStateException(e);
        }
    }
}
