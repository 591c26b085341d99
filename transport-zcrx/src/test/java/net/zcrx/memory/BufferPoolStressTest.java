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

    /** Has few slots, so it often sleeps until another thread gives one back; it is woken by nothing else. */
    private static final class Owner {
        private final Thread thread = Thread.currentThread();
        private final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        private final Area area = Area.allocate(SLOTS * SLOT);
        private final BufferPool pool = new BufferPool(this::reclaim, () -> LockSupport.unpark(thread));
        private final ArrayDeque<Integer> free = new ArrayDeque<>();
        private final boolean[] out = new boolean[SLOTS];
        private long reclaims;
        private int handedOut;

        Owner() {
            pool.owner(thread);
            for (int i = 0; i < SLOTS; i++) {
                free.add(i);
            }
        }

        private void reclaim(long token) {
            assertTrue(out[(int) token], "a token came back that was not out");
            out[(int) token] = false;
            free.add((int) token);
            reclaims++;
        }

        void handOut(int total, ConcurrentLinkedQueue<ByteBuf> work) {
            while (handedOut < total) {
                pool.drain();
                pool.wantReturns(free.size() < SLOTS / 4);
                while (free.isEmpty()) {
                    sleep();
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
        }

        void awaitAll() {
            pool.wantReturns(true);
            while (pool.heldBuffers() > 0) {
                sleep();
            }
        }

        private void sleep() {
            LockSupport.parkNanos(deadline - System.nanoTime());
            assertTrue(System.nanoTime() < deadline, "nobody woke the owner up");
            pool.drain();
        }
    }

    /** A missed buffer would leave the owner asleep, a token returned twice would be found at once. */
    @Test
    void shouldReclaimEveryTokenOnceFromManyThreads() throws InterruptedException {
        int total = 1_000_000;
        Owner owner = new Owner();
        ConcurrentLinkedQueue<ByteBuf> work = new ConcurrentLinkedQueue<>();
        AtomicBoolean done = new AtomicBoolean();
        TestThreads threads = new TestThreads();
        for (int i = 0; i < THREADS; i++) {
            threads.start(() -> releaseUntil(done, work));
        }
        owner.handOut(total, work);
        owner.awaitAll();
        done.set(true);
        threads.join();
        assertEquals(total, owner.reclaims);
        assertEquals(SLOTS, owner.free.size());
        assertEquals(0, owner.pool.heldTokens());
        assertEquals(0, owner.pool.heldBytes());
        owner.area.release();
        owner.pool.close();
        assertFalse(owner.area.isMapped());
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
