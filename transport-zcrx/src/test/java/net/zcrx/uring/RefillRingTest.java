// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUring;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What loops put in the kernel takes out: all of it, in order, once; the test is the kernel. */
class RefillRingTest {
    private static final int HEAD = 0;
    private static final int TAIL = 64;
    private static final int ENTRIES = 128;
    private static final int COUNT = 8;
    private static final int PAGE = 4096;

    private RefillRing ring;
    private ByteBuffer memory;
    private boolean freed;

    @BeforeEach
    void begin() {
        // What makes a ByteBuffer of an address.
        IoUring.ensureAvailability();
        ring = new RefillRing(COUNT);
        ring.begin(HEAD, TAIL, ENTRIES, COUNT, PAGE);
        memory = Buffer.wrapMemoryAddressWithNativeOrder(ring.address(), ring.bytes());
    }

    @AfterEach
    void free() {
        if (!freed) {
            ring.free();
        }
    }

    private static TokenList tokens(long first, int count) {
        TokenList list = new TokenList();
        LongStream.range(first, first + count).forEach(list::add);
        return list;
    }

    /** Takes at most so many, as the kernel does. */
    private List<Long> take(int most) {
        List<Long> taken = new ArrayList<>();
        int head = memory.getInt(HEAD);
        for (; head != memory.getInt(TAIL) && taken.size() < most; head++) {
            int entry = ENTRIES + (head & COUNT - 1) * 16;
            taken.add(memory.getLong(entry));
            assertEquals(PAGE, memory.getInt(entry + 8));
            assertEquals(0, memory.getInt(entry + 12));
        }
        memory.putInt(HEAD, head);
        return taken;
    }

    private static List<Long> range(long first, int count) {
        return LongStream.range(first, first + count).boxed().toList();
    }

    @Test
    void shouldGiveAllInOrderThroughManyRounds() {
        for (long first = 0; first < 1000; first += 5) {
            TokenList five = tokens(first, 5);
            assertEquals(0, ring.put(five));
            assertTrue(five.isEmpty());
            assertEquals(5, ring.shown());
            assertEquals(range(first, 5), take(COUNT));
            assertEquals(0, ring.shown());
        }
    }

    /** The counters of head and tail are 32 bits, and pass their end one day. */
    @Test
    void shouldGoOnWhereTheCountersOverflow() throws ReflectiveOperationException {
        int nearEnd = -3;
        memory.putInt(HEAD, nearEnd).putInt(TAIL, nearEnd);
        for (String name : List.of("nextTail", "seenHead")) {
            var field = RefillRing.class.getDeclaredField(name);
            field.setAccessible(true);
            field.setInt(ring, nearEnd);
        }
        assertEquals(4, ring.put(tokens(0, 12)));
        assertEquals(range(0, 8), take(COUNT));
        assertEquals(0, ring.put(tokens(12, 4)));
        assertEquals(range(8, 8), take(COUNT));
        assertEquals(0, ring.overflow());
    }

    @Test
    void shouldKeepWhatFindsTheRingFull() {
        assertEquals(2, ring.put(tokens(0, 10)));
        assertEquals(2, ring.overflow());
        // Another loop's, while it is still full.
        assertEquals(3, ring.put(tokens(10, 3)));
        assertEquals(5, ring.overflow());
        assertEquals(range(0, 3), take(3));
        assertEquals(0, ring.put(tokens(13, 0)));
        assertEquals(2, ring.overflow());
        assertEquals(range(3, 8), take(COUNT));
        assertEquals(0, ring.put(tokens(13, 1)));
        assertEquals(0, ring.overflow());
        assertEquals(range(11, 3), take(COUNT));
    }

    @Test
    void shouldTakeSinglePages() {
        LongStream.range(0, 10).forEach(ring::put);
        assertEquals(2, ring.overflow());
        assertEquals(range(0, 8), take(COUNT));
        ring.put(10);
        assertEquals(range(8, 3), take(COUNT));
    }

    /** Loops that share a queue, each of them ordered, and a kernel that takes meanwhile. */
    @Test
    void shouldLoseNothingBetweenLoops() throws InterruptedException {
        int loops = 4;
        int passes = 5_000;
        int pages = 5;
        CountDownLatch running = new CountDownLatch(loops);
        List<Thread> threads = IntStream.range(0, loops)
                .mapToObj(loop -> new Thread(() -> {
                    TokenList returned = new TokenList();
                    for (int i = 0; i < passes * pages; i++) {
                        returned.add((long) loop << 32 | i);
                        if (returned.size() == pages) {
                            ring.put(returned);
                        }
                    }
                    running.countDown();
                }))
                .toList();
        threads.forEach(Thread::start);
        int[] next = new int[loops];
        int taken = 0;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (taken < loops * passes * pages) {
            assertTrue(System.nanoTime() < deadline, "60 s have gone by after " + taken);
            if (running.getCount() == 0) {
                ring.put(new TokenList());
            }
            for (long token : takeFromOtherThread()) {
                assertEquals(next[(int) (token >>> 32)]++, (int) token);
                taken++;
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, ring.overflow());
        assertEquals(0, ring.shown());
    }

    private List<Long> takeFromOtherThread() {
        // The loops' lock orders what they wrote before these reads, and these reads before what they write.
        synchronized (ring) {
            return take(COUNT);
        }
    }

    /** The kernel counts for the queue; the loops' shares add up to its count, and none has more than it received. */
    @Test
    void shouldShareOutCopiedBytes() {
        int copied = ring.stats() + Long.BYTES;
        assertEquals(0, ring.takeCopiedBytes(1000));
        memory.putLong(copied, 300);
        assertEquals(100, ring.takeCopiedBytes(100));
        assertEquals(200, ring.takeCopiedBytes(1000));
        assertEquals(0, ring.takeCopiedBytes(1000));
        memory.putLong(copied, 301);
        assertEquals(1, ring.takeCopiedBytes(5));
    }

    @Test
    void shouldForgetWhatComesAfterTheEnd() {
        ring.free();
        freed = true;
        TokenList late = tokens(0, 3);
        assertEquals(0, ring.put(late));
        assertTrue(late.isEmpty());
        ring.put(3);
        assertEquals(0, ring.overflow());
        assertEquals(0, ring.takeCopiedBytes(1));
    }
}
