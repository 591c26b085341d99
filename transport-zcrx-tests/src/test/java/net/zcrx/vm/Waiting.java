// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for conditions, never for a time. */
final class Waiting {
    /** Far longer than anything takes, also on a busy host. */
    static final int PATIENCE_SECONDS = 120;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private Waiting() {}

    static void await(Supplier<String> what, BooleanSupplier condition) {
        if (!comesTrue(PATIENCE_SECONDS, condition)) {
            fail("Not within " + PATIENCE_SECONDS + " s: " + what.get());
        }
    }

    static void await(String what, BooleanSupplier condition) {
        await(() -> what, condition);
    }

    /** A value for a condition: what cannot be read fails the test. */
    static <T> T value(Callable<T> source) {
        try {
            return source.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean comesTrue(int seconds, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }
}
