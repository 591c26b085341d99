// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class BufferPoolStressTest {
    private static final int THREADS = 4;
    private static final int SLOTS = 512;
    private static final int SLOT = 64;

    /**
     * The owner has few slots, so it often sleeps until another thread gives one back; it is woken by nothing else. A
     * missed buffer would leave it asleep, a token returned twice would be found at once.
     */
    @Test
    void shouldReclaimEveryTokenOnceFromManyThreads() throws InterruptedException {
        int total = 1_000_000;
        Area area = Area.allocate(SLOTS * SLOT);
        Thread owner = Thread.currentThread();
        ArrayDeque<Integer> free = new ArrayDeque<>();
        boolean[] out = new boolean[SLOTS];
        long[] reclaims = new long[1];
        BufferPool pool = new BufferPool(
                token -> {
                    assertTrue(out[(int) token], "a token came back that was not out");
                    out[(int) token] = false;
                    free.add((int) token);
                    reclaims[0]++;
                },
                () -> LockSupport.unpark(owner));
        pool.owner(owner);
        for (int i = 0; i < SLOTS; i++) {
            free.add(i);
        }
        ConcurrentLinkedQueue<ByteBuf> work = new ConcurrentLinkedQueue<>();
        AtomicBoolean done = new AtomicBoolean();
        TestThreads threads = new TestThreads();
        for (int i = 0; i < THREADS; i++) {
            threads.start(() -> releaseUntil(done, work));
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        for (int handedOut = 0; handedOut < total; ) {
            pool.drain();
            pool.wantReturns(free.size() < SLOTS / 4);
            while (free.isEmpty()) {
                LockSupport.parkNanos(deadline - System.nanoTime());
                assertTrue(System.nanoTime() < deadline, "nobody woke the owner up");
                pool.drain();
            }
            for (Integer slot; handedOut < total && (slot = free.poll()) != null; handedOut++) {
                out[slot] = true;
                ZcrxByteBuf buf = pool.get(area, slot * SLOT, SLOT, slot, true, UnpooledByteBufAllocator.DEFAULT);
                buf.setLong(0, handedOut);
                if (handedOut % 3 == 0) {
                    // Two references on two threads: whichever is last gives the token back.
                    work.add(buf.retainedSlice(0, 8));
                }
                work.add(buf);
            }
        }
        pool.wantReturns(true);
        while (pool.heldBuffers() > 0) {
            LockSupport.parkNanos(deadline - System.nanoTime());
            assertTrue(System.nanoTime() < deadline, "nobody woke the owner up");
            pool.drain();
        }
        done.set(true);
        threads.join();
        assertEquals(total, reclaims[0]);
        assertEquals(SLOTS, free.size());
        assertEquals(0, pool.heldTokens());
        assertEquals(0, pool.heldBytes());
        area.release();
        pool.close();
        assertFalse(area.isMapped());
    }

    private static void releaseUntil(AtomicBoolean done, ConcurrentLinkedQueue<ByteBuf> work) {
        while (!done.get()) {
            ByteBuf buf = work.poll();
            if (buf != null) {
                buf.getLong(0);
                buf.release();
            } else {
                Thread.yield();
            }
        }
    }

    /** Threads release while the owner closes: nothing is reclaimed after it, and the last buffer unmaps the area. */
    @Test
    void shouldUnmapOnceWhenManyThreadsReleaseDuringTheClose() throws InterruptedException {
        for (int round = 0; round < 300; round++) {
            Area area = Area.allocate(SLOTS * SLOT);
            AtomicBoolean closed = new AtomicBoolean();
            BufferPool pool = new BufferPool(token -> assertFalse(closed.get()), () -> {});
            pool.owner(Thread.currentThread());
            ConcurrentLinkedQueue<ByteBuf> work = new ConcurrentLinkedQueue<>();
            for (int i = 0; i < SLOTS; i++) {
                work.add(pool.get(area, i * SLOT, SLOT, i, true, UnpooledByteBufAllocator.DEFAULT));
            }
            area.release();
            TestThreads threads = new TestThreads();
            for (int i = 0; i < THREADS; i++) {
                threads.start(() -> {
                    for (ByteBuf buf; (buf = work.poll()) != null; ) {
                        assertTrue(area.isMapped());
                        buf.release();
                    }
                });
            }
            while (work.size() > (round * 37) % SLOTS) {
                pool.drain();
            }
            pool.close();
            closed.set(true);
            threads.join();
            assertFalse(area.isMapped());
        }
    }

    @Test
    void shouldCountReferencesExactlyWhenManyThreadsRetainAndRelease() throws InterruptedException {
        try (TestPool pool = new TestPool(1, 4096)) {
            ZcrxByteBuf buf = pool.get(4096);
            TestThreads.runAll(THREADS, () -> {
                for (int i = 0; i < 100_000; i++) {
                    buf.retain();
                    ByteBuf slice = buf.retainedSlice(i & 1023, 8).retain(3);
                    assertFalse(slice.release(4));
                    assertFalse(buf.release());
                }
            });
            assertEquals(1, buf.refCnt());
            assertEquals(1, pool.tokensOut());
            assertTrue(buf.release());
            assertEquals(0, pool.tokensOut());
        }
    }
}
