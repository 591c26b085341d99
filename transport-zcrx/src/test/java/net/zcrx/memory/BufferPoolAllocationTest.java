// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The way of a buffer, out and home, allocates nothing. The leak detector, which does, is off. */
class BufferPoolAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WARM_UP = 200_000;
    private static final int CYCLES = 1_000_000;
    private static final int BATCH = 64;
    private static final int BATCHES = (WARM_UP + CYCLES) / BATCH;

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
    private final Area area = Area.allocate(1 << 20);
    private final BufferPool pool = new BufferPool(this::reclaim, () -> {});
    private final ZcrxByteBuf[] bufs = new ZcrxByteBuf[BATCH];
    private long reclaimed;
    private volatile int released;
    private volatile int handedOut;

    private void reclaim(long token) {
        reclaimed += token;
    }

    @BeforeEach
    void turnTheLeakDetectorOff() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        pool.owner(Thread.currentThread());
    }

    @AfterEach
    void close() {
        ResourceLeakDetector.setLevel(level);
        pool.close();
        area.release();
    }

    @Test
    void shouldAllocateNothingOnTheOwnersThread() {
        cycleOnLoop(WARM_UP);
        reclaimed = 0;
        long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        cycleOnLoop(CYCLES);
        long allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        assertEquals(5L * CYCLES, reclaimed);
        assertTrue(allocated < 1024, () -> CYCLES + " cycles allocated " + allocated + " bytes");
    }

    private void cycleOnLoop(int cycles) {
        for (int i = 0; i < cycles; i++) {
            ZcrxByteBuf buf = pool.get(area, i & 4095, 1000, 2, true, UnpooledByteBufAllocator.DEFAULT);
            pool.extend(buf, area, (i & 4095) + 1000, 24, 3);
            buf.setInt(0, i).internalNioBuffer(0, 4);
            buf.release();
        }
    }

    @Test
    void shouldAllocateNothingFromAnotherThread() throws InterruptedException {
        pool.wantReturns(true);
        long[] allocated = new long[2];
        TestThreads threads = new TestThreads();
        threads.start(() -> allocated[1] = allocatedByBatches(this::release));
        allocated[0] = allocatedByBatches(this::handOut);
        threads.join();
        assertEquals((long) BATCHES * BATCH, reclaimed);
        assertTrue(allocated[0] < 1024, () -> "the owner allocated " + allocated[0] + " bytes");
        assertTrue(allocated[1] < 1024, () -> "the releasing thread allocated " + allocated[1] + " bytes");
    }

    /** What this thread allocates for all batches after the first ones. */
    private static long allocatedByBatches(IntConsumer task) {
        long before = 0;
        for (int batch = 1; batch <= BATCHES; batch++) {
            if (batch == WARM_UP / BATCH) {
                before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
            }
            task.accept(batch);
        }
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    }

    private void release(int batch) {
        while (handedOut < batch) {
            Thread.yield();
        }
        for (ZcrxByteBuf buf : bufs) {
            buf.release();
        }
        released = batch;
    }

    private void handOut(int batch) {
        for (int i = 0; i < BATCH; i++) {
            bufs[i] = pool.get(area, i, 100, 1, true, UnpooledByteBufAllocator.DEFAULT);
        }
        handedOut = batch;
        while (released < batch) {
            Thread.yield();
        }
        assertEquals(BATCH, pool.drain());
    }
}
