// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, for a bounded time. */
public final class Await {
    private static final long SECONDS = 60;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    public interface Condition {
        /** What is still missing, or {@code null} if the condition holds. */
        String missing() throws Exception;
    }

    private Await() {}

    public static void until(Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        String missing = condition.missing();
        while (missing != null) {
            if (System.nanoTime() - deadline > 0) {
                fail("After " + SECONDS + " s: " + missing);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            missing = condition.missing();
        }
    }
}
