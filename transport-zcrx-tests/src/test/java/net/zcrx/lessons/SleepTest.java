// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A loop that sleeps wakes up for its tasks, whoever adds them, and no task runs before its time. */
class SleepTest {
    private static final int ROUND_TRIPS = 20_000;
    private static final int THREADS = 4;

    private final Loops loops = new Loops(1);

    @AfterEach
    void end() throws Exception {
        loops.end();
    }

    @Test
    void shouldRunTaskThatIsDueBeforeTheOneItSleepsFor() throws Exception {
        EventLoop loop = loops.loop(0);
        ScheduledFuture<?> late = loop.schedule(() -> {}, 1, TimeUnit.HOURS);
        // Asleep by now, or soon: for an hour.
        loop.submit(() -> {}).get(Loops.SECONDS, TimeUnit.SECONDS);
        for (long millis : new long[] {200, 50, 15, 5, 1, 0}) {
            assertRunsInTime(loop, millis);
        }
        late.cancel(false);
        assertRunsInTime(loop, 30);
    }

    private static void assertRunsInTime(EventLoop loop, long millis) throws Exception {
        long begin = System.nanoTime();
        long ran =
                loop.schedule(System::nanoTime, millis, TimeUnit.MILLISECONDS).get(Loops.SECONDS, TimeUnit.SECONDS);
        assertTrue(ran - begin >= TimeUnit.MILLISECONDS.toNanos(millis), "it ran too early");
    }

    @Test
    void shouldRunEachOfManyTasksNotBeforeItsTime() throws Exception {
        EventLoop loop = loops.loop(0);
        Random random = new Random(1);
        List<ScheduledFuture<Long>> tasks = new ArrayList<>();
        List<Long> due = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            long nanos = random.nextInt(500_000_000);
            due.add(System.nanoTime() + nanos);
            tasks.add(loop.schedule(System::nanoTime, nanos, TimeUnit.NANOSECONDS));
            if (i % 50 == 0) {
                loop.submit(() -> {}).get(Loops.SECONDS, TimeUnit.SECONDS);
            }
        }
        for (int i = 0; i < tasks.size(); i++) {
            assertTrue(tasks.get(i).get(Loops.SECONDS, TimeUnit.SECONDS) >= due.get(i), "it ran too early");
        }
    }

    @Test
    void shouldRunTaskEachTimeItIsRepeated() throws Exception {
        CountDownLatch runs = new CountDownLatch(50);
        ScheduledFuture<?> task = loops.loop(0).scheduleAtFixedRate(runs::countDown, 1, 12, TimeUnit.MILLISECONDS);
        assertTrue(runs.await(Loops.SECONDS, TimeUnit.SECONDS));
        task.cancel(false);
    }

    /** Each task is added while the loop falls asleep, more often than not: one that is not seen is never done. */
    @Test
    void shouldSeeEveryTaskOfOtherThreads() throws Exception {
        EventLoop loop = loops.loop(0);
        List<Thread> threads = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(THREADS);
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> {
                Semaphore ran = new Semaphore(0);
                for (int round = 0; round < ROUND_TRIPS; round++) {
                    loop.execute(ran::release);
                    if (!tryAcquire(ran)) {
                        return;
                    }
                }
                done.countDown();
            });
            threads.add(thread);
            thread.start();
        }
        assertTrue(done.await(4L * Loops.SECONDS, TimeUnit.SECONDS), "a task was never run");
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static boolean tryAcquire(Semaphore semaphore) {
        try {
            return semaphore.tryAcquire(Loops.SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }
}
