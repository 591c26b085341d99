// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.concurrent.AutoScalingEventExecutorChooserFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ZcrxEventLoopGroupTest {
    private static final int SECONDS = 20;

    private final ZcrxIoHandlerConfig config = new ZcrxIoHandlerConfig().areaBytes(1 << 20);
    private ZcrxEventLoopGroup group;

    @AfterEach
    void shutDown() throws Exception {
        if (group != null) {
            assertTrue(group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).await(SECONDS, TimeUnit.SECONDS));
        }
    }

    private String threadName() throws Exception {
        return group.next().submit(() -> Thread.currentThread().getName()).get(SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void shouldRunOnThreadsOfFactoryOrExecutor() throws Exception {
        group = new ZcrxEventLoopGroup(1, new DefaultThreadFactory("mine"), config);
        assertTrue(threadName().startsWith("mine-"));
        shutDown();
        group = new ZcrxEventLoopGroup(1, (Executor) task -> new Thread(task, "theirs").start(), config);
        assertEquals("theirs", threadName());
    }

    @Test
    void shouldAskChooser() {
        EventExecutorChooserFactory last = executors -> () -> executors[executors.length - 1];
        group = new ZcrxEventLoopGroup(2, null, last, config);
        assertSame(group.next(), group.next());
    }

    @Test
    void shouldUseQueuesAndTellOfTasksThatTheyDoNotTake() throws Exception {
        AtomicInteger rejected = new AtomicInteger();
        AtomicInteger queues = new AtomicInteger();
        group = new ZcrxEventLoopGroup(
                1,
                null,
                null,
                (task, loop) -> rejected.incrementAndGet(),
                max -> {
                    queues.incrementAndGet();
                    return new ArrayBlockingQueue<>(8);
                },
                max -> {
                    queues.incrementAndGet();
                    return new ArrayBlockingQueue<>(8);
                },
                config);
        assertEquals(2, queues.get());
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        group.next().execute(() -> {
            stopped.countDown();
            try {
                goOn.await(SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertTrue(stopped.await(SECONDS, TimeUnit.SECONDS));
        for (int i = 0; i < 20; i++) {
            group.next().execute(() -> {});
        }
        goOn.countDown();
        assertEquals(12, rejected.get());
    }

    @Test
    void shouldRefuseChooserThatSuspendsLoops() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new ZcrxEventLoopGroup(
                        2,
                        null,
                        new AutoScalingEventExecutorChooserFactory(1, 2, 1, TimeUnit.SECONDS, 0.1, 0.9, 1, 1, 1),
                        config));
        assertTrue(e.getMessage().contains("cannot be suspended"), e.getMessage());
    }

    @Test
    @SuppressWarnings("deprecation") // So it is in EpollEventLoopGroup.
    void shouldTakeIoRatio() {
        group = new ZcrxEventLoopGroup(1, config);
        group.setIoRatio(70);
    }

    @Test
    void shouldBoundWorkers() {
        assertEquals(0, config.maxUnboundedWorkers());
        assertEquals(3, config.maxUnboundedWorkers(3).maxUnboundedWorkers());
        group = new ZcrxEventLoopGroup(1, config);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> config.maxUnboundedWorkers(-1));
        assertTrue(e.getMessage().contains("maxUnboundedWorkers is -1"), e.getMessage());
    }
}
