// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;

/** Threads that a test starts, waits for, and whose failures are the test's. */
final class TestThreads {
    private static final long LIMIT_MILLIS = 120_000;

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Runs {@code task} on {@code count} threads that start together, and waits for all. */
    static void runAll(int count, Runnable task) throws InterruptedException {
        TestThreads all = new TestThreads();
        CyclicBarrier start = new CyclicBarrier(count);
        for (int i = 0; i < count; i++) {
            all.start(() -> {
                try {
                    start.await();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
                task.run();
            });
        }
        all.join();
    }

    /** Runs {@code task} on one other thread and waits for it. */
    static void run(Runnable task) throws InterruptedException {
        runAll(1, task);
    }

    Thread start(Runnable task) {
        Thread thread = new Thread(task, "test");
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((t, e) -> failure.compareAndSet(null, e));
        threads.add(thread);
        thread.start();
        return thread;
    }

    void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(LIMIT_MILLIS);
            assertFalse(thread.isAlive(), "a thread did not end in time");
        }
        assertNull(failure.get(), () -> "a thread failed: " + failure.get());
    }
}
