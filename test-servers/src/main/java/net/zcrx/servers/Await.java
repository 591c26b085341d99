// SPDX-License-Identifier: Apache-2.0
package net.zcrx.servers;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits that have a bound. */
public final class Await {
    /** The bound in seconds: enough for a machine in software. */
    private static final long SECONDS = 120;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private Await() {}

    /** Waits for the condition, which is asked again and again. */
    public static void until(BooleanSupplier condition, Supplier<String> otherwise) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                fail(otherwise.get());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Waits for the result. */
    public static <T> T result(Future<T> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }
}
