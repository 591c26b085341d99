// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.uring.IoUringIoEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.zcrx.memory.Area;
import net.zcrx.memory.ZcrxByteBuf;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.BufferRing;
import net.zcrx.uring.ModelRing;
import net.zcrx.uring.Uring;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Completions in every order that a kernel may show them in, and failures in between; the test is the kernel. */
class CopyReceiverTest {
    private static final int CHUNK = 4096;
    private static final ByteBufAllocator HEAP = UnpooledByteBufAllocator.DEFAULT;

    private final AtomicInteger wakeups = new AtomicInteger();
    private ModelRing armed;
    private ModelRing bounded;
    private CopyReceiver receiver;
    private int sent;

    /** A completion, and what it should bring. */
    private record Completion(IoUringIoEvent event, byte[] bytes) {}

    private void begin(int chunks) {
        armed = new ModelRing(chunks, 1);
        bounded = new ModelRing(chunks, 2);
        begin(chunks, armed, bounded);
    }

    private void begin(int chunks, ModelRing first, ModelRing second) {
        armed = first;
        bounded = second;
        receiver = new CopyReceiver(
                Area.allocate((long) chunks * CHUNK), CHUNK, wakeups::incrementAndGet, new BufferRing[] {
                    first.ring(), second.ring()
                });
        receiver.start(Thread.currentThread());
        receiver.arm(-1, 100, false);
    }

    @AfterEach
    void close() {
        if (receiver != null) {
            receiver.close();
        }
    }

    /** The kernel receives; it shows the completion when the test does. */
    private Completion receive(ModelRing ring, int length) {
        byte[] bytes = new byte[length];
        sent++;
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (sent * 31 + i);
        }
        int flags = ring.receive(bytes);
        return new Completion(new IoUringIoEvent(length, flags, Uring.OP_RECV, 0), bytes);
    }

    /** What the user of the completion's connection gets. */
    private byte[] show(Completion completion, List<ByteBuf> buffers) {
        TestInbound inbound = new TestInbound();
        receiver.receive(completion.event, inbound, HEAP);
        assertNull(inbound.failure);
        buffers.addAll(inbound.buffers);
        return bytes(inbound.buffers);
    }

    private void showRight(Completion completion, List<ByteBuf> buffers) {
        assertArrayEquals(completion.bytes, show(completion, buffers));
    }

    private static void release(List<ByteBuf> buffers) {
        buffers.forEach(ByteBuf::release);
        buffers.clear();
    }

    /**
     * Passes of a kernel that shows what came for armed receives at once and the rest later, or in any other order that
     * leaves each kind's own.
     *
     * @return how many completions brought the bytes of another connection
     */
    private int mixedUp(Random random, int passes) {
        int wrong = 0;
        List<ByteBuf> held = new ArrayList<>();
        for (int pass = 0; pass < passes; pass++) {
            ArrayDeque<Completion> first = new ArrayDeque<>();
            ArrayDeque<Completion> second = new ArrayDeque<>();
            for (int i = 0; i < 8; i++) {
                boolean stays = random.nextBoolean();
                ModelRing ring = stays ? armed : bounded;
                if (ring.buffers() > 0) {
                    // An armed one may be a bundle.
                    int most = stays && random.nextInt(4) == 0 ? ring.room() : ring.roomInOne();
                    (stays ? first : second).add(receive(ring, 1 + random.nextInt(Math.min(most, 3 * CHUNK))));
                }
            }
            while (!first.isEmpty() || !second.isEmpty()) {
                boolean stays = second.isEmpty() || !first.isEmpty() && random.nextBoolean();
                Completion completion = (stays ? first : second).poll();
                wrong += Arrays.equals(completion.bytes, show(completion, held)) ? 0 : 1;
            }
            receiver.endPass();
            if (random.nextInt(3) == 0) {
                release(held);
                receiver.endPass();
            }
        }
        release(held);
        receiver.endPass();
        return wrong;
    }

    @Test
    void shouldKeepBytesApartInWhateverOrderTheKernelShowsThem() {
        for (int seed = 0; seed < 50; seed++) {
            begin(64);
            assertEquals(0, mixedUp(new Random(seed), 200), "seed " + seed);
            close();
        }
        receiver = null;
    }

    /** That is what they were before: this test could not fail if the model had no fault. */
    @Test
    void shouldMixUpBytesOnACommonRing() {
        ModelRing common = new ModelRing(64, 1);
        begin(64, common, common);
        List<ByteBuf> held = new ArrayList<>();
        Completion bounded = receive(common, 100);
        Completion armed = receive(common, 100);
        assertFalse(Arrays.equals(armed.bytes, show(armed, held)));
        assertFalse(Arrays.equals(bounded.bytes, show(bounded, held)));
        release(held);
        // Its ring would be freed twice.
        receiver = null;
    }

    @Test
    void shouldGoOnRightAfterAnAllocatorThrew() {
        begin(16);
        List<ByteBuf> held = holdUntilCopyingOut();
        ByteBufAllocator broken = new AbstractByteBufAllocator() {
            @Override
            protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
                throw new IllegalStateException("no memory left");
            }

            @Override
            protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
                throw new IllegalStateException("no memory left");
            }

            @Override
            public boolean isDirectBufferPooled() {
                return false;
            }
        };
        // Whole chunks, as one that the kernel goes on filling is not with the application.
        Completion bundle = receive(armed, armed.room());
        TestInbound inbound = new TestInbound();
        receiver.receive(bundle.event, inbound, broken);
        assertInstanceOf(IllegalStateException.class, inbound.failure);
        assertEquals(List.of(), inbound.buffers);
        receiver.endPass();
        showRight(receive(armed, 7), held);
        showRight(receive(bounded, 70), held);
        receiver.endPass();
        release(held);
        receiver.endPass();
        assertEquals(0, mixedUp(new Random(1), 20));
    }

    @Test
    void shouldGoOnRightAfterTheChannelFailedInMidBundle() {
        begin(16);
        List<ByteBuf> held = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Completion bundle = receive(armed, armed.room() - 10);
            TestInbound failing = new TestInbound() {
                @Override
                public void add(ByteBuf buffer) {
                    super.add(buffer);
                    if (buffers.size() > 1) {
                        throw new IllegalStateException("broken");
                    }
                }
            };
            receiver.receive(bundle.event, failing, HEAP);
            assertInstanceOf(IllegalStateException.class, failing.failure);
            held.addAll(failing.buffers);
            if (i % 2 == 0) {
                receiver.endPass();
            }
            showRight(receive(armed, 5), held);
            receiver.endPass();
            release(held);
            receiver.endPass();
        }
    }

    /**
     * Periods end at any moment: between what the kernel wrote and its completion, and with chunks held here and there.
     */
    @Test
    void shouldLoseNothingWhenMemoryIsGivenBack() {
        begin(4096);
        Random random = new Random(1);
        List<Completion> came = new ArrayList<>();
        List<List<ByteBuf>> held = new ArrayList<>();
        long most = 0;
        boolean gaveBack = false;
        for (int pass = 0; pass < 100; pass++) {
            int messages = random.nextInt(pass % 20 < 10 ? 600 : 10);
            for (int i = 0; i < messages; i++) {
                List<ByteBuf> buffers = new ArrayList<>();
                came.add(receiveRandom(random, buffers));
                held.add(buffers);
                receiver.endPass();
            }
            while (held.size() > 3 && (pass % 20 >= 10 || random.nextInt(20) > 0)) {
                int one = random.nextInt(held.size());
                assertArrayEquals(came.remove(one).bytes, bytes(held.get(one)));
                release(held.remove(one));
            }
            long before = residentBytes();
            receiver.endCalmPeriod();
            receiver.endPass();
            gaveBack |= residentBytes() < before;
            most = Math.max(most, before);
        }
        assertTrue(gaveBack);
        held.forEach(CopyReceiverTest::release);
        assertTrue(most > 3 * Residency.BLOCK_BYTES, () -> "The test was to use more.");
        receiver.endCalmPeriod();
        receiver.endCalmPeriod();
        receiver.endPass();
        assertTrue(residentBytes() <= 2 * Residency.BLOCK_BYTES, () -> residentBytes() + " bytes");
        assertEquals(4096L * CHUNK, receiver.counters().get(Counter.AREA_BYTES));
    }

    private Completion receiveRandom(Random random, List<ByteBuf> buffers) {
        ModelRing ring = random.nextBoolean() ? armed : bounded;
        int room = ring.roomInOne();
        Completion completion = receive(ring, random.nextBoolean() ? room : 1 + random.nextInt(room));
        if (random.nextInt(50) == 0) {
            receiver.endCalmPeriod();
        }
        showRight(completion, buffers);
        return completion;
    }

    private long residentBytes() {
        return receiver.counters().get(Counter.RESIDENT_BYTES);
    }

    private static byte[] bytes(List<ByteBuf> buffers) {
        ByteBuf all = Unpooled.buffer();
        buffers.forEach(buffer -> all.writeBytes(buffer.duplicate()));
        return ByteBufUtil.getBytes(all);
    }

    @Test
    void shouldTellOfMemoryUntilLastBufferIsReleased() {
        begin(64);
        List<ByteBuf> held = new ArrayList<>();
        showRight(receive(armed, 10), held);
        receiver.endPass();
        receiver.close();
        assertEquals(64 * CHUNK, receiver.counters().get(Counter.AREA_BYTES));
        assertEquals(64 * CHUNK, residentBytes());
        release(held);
        assertEquals(0, receiver.counters().get(Counter.AREA_BYTES));
        assertEquals(0, residentBytes());
        receiver = null;
    }

    private List<ByteBuf> holdUntilCopyingOut() {
        List<ByteBuf> held = new ArrayList<>();
        while (!receiver.isCopyingOut()) {
            showRight(receive(armed, armed.roomInOne()), held);
            receiver.endPass();
        }
        return held;
    }

    /** Whatever the application holds, there is a chunk for each kind of receive, and so for each connection. */
    @Test
    void shouldReceiveBothWaysHoweverMuchIsHeld() {
        for (int chunks : new int[] {8, 9, 12, 16, 24, 64}) {
            Random random = new Random(chunks);
            begin(chunks);
            List<ByteBuf> held = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                for (ModelRing ring : List.of(armed, bounded)) {
                    assertTrue(ring.buffers() > 0, "chunks " + chunks + ", step " + i);
                    Completion completion = receive(ring, 1 + random.nextInt(ring.roomInOne()));
                    if (held.size() > 0 && random.nextInt(4) == 0) {
                        joinRight(completion, held);
                    } else {
                        showRight(completion, held);
                    }
                    receiver.endPass();
                }
            }
            assertTrue(receiver.isCopyingOut());
            assertTrue(held.stream().filter(ZcrxByteBuf.class::isInstance).count() > chunks / 4);
            release(held);
            receiver.endPass();
            close();
        }
        receiver = null;
    }

    /** As the completion of the connection that received last. */
    private void joinRight(Completion completion, List<ByteBuf> held) {
        ByteBuf last = held.remove(held.size() - 1);
        ByteBuf expected = Unpooled.copiedBuffer(last).writeBytes(completion.bytes);
        TestInbound inbound = new TestInbound(last);
        receiver.receive(completion.event, inbound, HEAP);
        assertNull(inbound.failure);
        assertArrayEquals(ByteBufUtil.getBytes(expected), bytes(inbound.buffers));
        held.addAll(inbound.buffers);
    }

    /** The other way has got as many chunks as it may, and never uses them. */
    @Test
    void shouldReceiveOneWayHoweverMuchIsHeld() {
        for (int chunks : new int[] {8, 9, 12, 16, 24, 64}) {
            for (boolean stays : new boolean[] {true, false}) {
                begin(chunks);
                List<Integer> resumed = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    receiver.await(() -> resumed.add(0), WaitTurn.FIRST, stays ? 100 : 0);
                }
                while (resumed.size() < 10) {
                    receiver.endPass();
                }
                ModelRing ring = stays ? armed : bounded;
                List<ByteBuf> held = new ArrayList<>();
                for (int i = 0; i < 1000; i++) {
                    assertTrue(ring.buffers() > 0, "chunks " + chunks + ", step " + i);
                    showRight(receive(ring, 1 + ring.roomInOne() / 2), held);
                    receiver.endPass();
                }
                release(held);
                receiver.endPass();
                close();
            }
        }
        receiver = null;
    }

    @Test
    void shouldResumeAsManyAsTheirGroupHasChunks() {
        begin(64);
        List<String> resumed = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            receiver.await(() -> resumed.add("bounded"), WaitTurn.FIRST, 100);
        }
        receiver.await(() -> resumed.add("armed"), WaitTurn.FIRST, 0);
        assertTrue(receiver.endPass());
        assertEquals(1, Collections.frequency(resumed, "armed"));
        assertEquals(bounded.buffers(), resumed.size() - 1);
        for (int i = 0; i < 100 && receiver.endPass(); i++) {}
        assertEquals(101, resumed.size());
    }
}
