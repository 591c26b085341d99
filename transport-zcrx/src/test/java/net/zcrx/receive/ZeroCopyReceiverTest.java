// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.uring.IoUringIoEvent;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.event.TestRecording;
import net.zcrx.memory.Area;
import net.zcrx.nic.QueueName;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.ModelQueue;
import net.zcrx.uring.Uring;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pages on their way back, on a queue without a kernel that tells anything. */
class ZeroCopyReceiverTest {
    private static final int PAGE = 4096;
    private static final int PAGES = 64;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final List<Integer> resumed = new ArrayList<>();
    private ModelQueue queue;
    private ZeroCopyReceiver receiver;
    private int pages;

    @BeforeEach
    void begin() {
        queue = new ModelQueue(PAGES, PAGE);
        receiver = SharedQueue.begin(
                queue.queue(), Area.allocate((long) PAGES * PAGE), new QueueName("nic", 0), 1, 0, () -> {});
        receiver.start(Thread.currentThread());
    }

    @AfterEach
    void close() {
        assertEquals(PAGES * PAGE, receiver.counters().get(Counter.AREA_BYTES));
        assertEquals(PAGES * PAGE, receiver.counters().get(Counter.RESIDENT_BYTES));
        boolean held = receiver.counters().get(Counter.HELD_BUFFERS) > 0;
        receiver.close();
        assertEquals(held ? PAGES * PAGE : 0, receiver.counters().get(Counter.AREA_BYTES));
    }

    private IoUringIoEvent completion() {
        try {
            ByteBuffer extra = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
            extra.putLong(0, (long) pages++ % PAGES * PAGE);
            IoUringIoEvent event = new IoUringIoEvent(0, 0, (byte) 0, 0L);
            Method update = IoUringIoEvent.class.getDeclaredMethod(
                    "update", int.class, int.class, byte.class, long.class, ByteBuffer.class);
            update.setAccessible(true);
            update.invoke(event, PAGE, 0, Uring.OP_RECV_ZC, 0L, extra);
            return event;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private ByteBuf receive() {
        TestInbound inbound = new TestInbound();
        receiver.receive(completion(), inbound, UnpooledByteBufAllocator.DEFAULT);
        assertNull(inbound.failure);
        assertEquals(1, inbound.buffers.size());
        return inbound.buffers.get(0);
    }

    private void await(int count) {
        for (int i = 0; i < count; i++) {
            int waiter = i;
            receiver.await(() -> resumed.add(waiter), WaitTurn.FIRST, 0);
        }
    }

    /** In a task, a timer or as a channel becomes inactive: after a pass's end and before the loop sleeps. */
    @Test
    void shouldGiveBackWhatTheLoopReleasesBetweenPasses() {
        ByteBuf buffer = receive();
        receiver.endPass();
        assertEquals(0, queue.takePages());
        buffer.release();
        receiver.beginPass();
        assertEquals(1, queue.takePages());
    }

    @Test
    void shouldResumeBetweenPasses() {
        ByteBuf buffer = receive();
        await(1);
        receiver.endPass();
        assertEquals(List.of(), resumed);
        buffer.release();
        receiver.beginPass();
        assertEquals(List.of(0), resumed);
    }

    /** Before Linux 7.2, and when the loop that is told has ended. */
    @Test
    void shouldLookForReturnsByItselfWhereNobodyTells() throws InterruptedException {
        assertEquals(Receiver.FOR_EVER, receiver.beginPass());
        ByteBuf buffer = receive();
        receiver.endPass();
        long sleep = receiver.beginPass();
        assertTrue(sleep > 0 && sleep <= RETRY_NANOS, "" + sleep);
        Thread other = new Thread(buffer::release);
        other.start();
        other.join();
        receiver.endPass();
        assertEquals(1, queue.takePages());
        assertEquals(Receiver.FOR_EVER, receiver.beginPass());
    }

    @Test
    void shouldResumeAsManyAsPagesCame() {
        List<ByteBuf> buffers = List.of(receive(), receive(), receive());
        await(10);
        buffers.forEach(ByteBuf::release);
        receiver.endPass();
        // It might be that it took as long as after which all try again.
        assertTrue(resumed.equals(List.of(0, 1, 2)) || resumed.size() == 10, resumed::toString);
    }

    @Test
    void shouldResumeEachOnceAfterAWhile() throws InterruptedException {
        int count = 1000;
        await(count);
        long sleep = receiver.beginPass();
        assertTrue(sleep >= 0 && sleep <= RETRY_NANOS, "" + sleep);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (receiver.beginPass() > 0) {
            assertTrue(System.nanoTime() - deadline < 0, "The loop may not look again.");
            Thread.sleep(1);
        }
        receiver.endPass();
        receiver.endPass();
        assertEquals(count, resumed.size());
        assertEquals(Receiver.FOR_EVER, receiver.beginPass());
    }

    @Test
    void shouldRecordStarvation() throws IOException {
        try (TestRecording recording = new TestRecording("Starvation")) {
            ByteBuf buffer = receive();
            receiver.starved();
            buffer.release();
            assertEquals(1, recording.events().get(0).getInt("heldPages"));
        }
    }

    @Test
    void shouldLoseNoPageWhenTheChannelTakesNoBuffer() {
        TestInbound broken = new TestInbound() {
            @Override
            public void add(ByteBuf buffer) {
                buffer.release();
                throw new IllegalStateException("broken");
            }
        };
        receiver.receive(completion(), broken, UnpooledByteBufAllocator.DEFAULT);
        receiver.receive(completion(), broken, UnpooledByteBufAllocator.DEFAULT);
        assertInstanceOf(IllegalStateException.class, broken.failure);
        receiver.endPass();
        assertEquals(2, queue.takePages());
    }

    @Test
    void shouldLoseNoPageWhenTheAllocatorThrows() {
        List<ByteBuf> held = new ArrayList<>();
        while (!receiver.isCopyingOut()) {
            held.add(receive());
        }
        TestInbound inbound = new TestInbound();
        // As an allocator whose memory is used up.
        receiver.receive(completion(), inbound, null);
        assertInstanceOf(NullPointerException.class, inbound.failure);
        assertEquals(List.of(), inbound.buffers);
        held.forEach(ByteBuf::release);
        receiver.endPass();
        assertEquals(pages, queue.takePages());
    }
}
