// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.function.UnaryOperator;
import net.zcrx.uring.Native;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A buffer in memory that another process has written, which this one has mapped for reading. */
class ForeignByteBufTest {
    private static final int F_DUPFD = 0;
    private static final int BYTES = 1000;
    private static final int ROUNDS = 50_000;

    private static final List<UnaryOperator<ByteBuf>> VIEWS = List.of(
            whole -> whole,
            whole -> whole.slice(10, 500),
            whole -> whole.slice(10, 500).slice(5, 400),
            ByteBuf::duplicate,
            whole -> whole.duplicate().slice(7, 300),
            whole -> whole.slice(7, 300).duplicate());

    private final Area others = Area.allocate(1 << 16, true);
    private final Area area = map(others);
    private final BufferPool pool = new BufferPool(token -> {}, () -> {});

    ForeignByteBufTest() {
        pool.owner(Thread.currentThread());
        for (int i = 0; i < others.length(); i++) {
            others.memory().put(i, (byte) i);
        }
    }

    private static Area map(Area others) {
        try {
            return Area.map(MemoryFile.of(Native.fcntl(others.file().fd(), F_DUPFD, 0)), false);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @AfterEach
    void shouldBeUnmapped() {
        pool.close();
        area.release();
        others.release();
        assertFalse(area.isMapped());
    }

    private ByteBuf get() {
        return pool.get(area, 3000, BYTES, 1, false, UnpooledByteBufAllocator.DEFAULT);
    }

    /** Handlers of Netty write to it, as SslHandler does. */
    @Test
    void shouldGiveInternalNioBufferThatCanBeWrittenTo() {
        for (UnaryOperator<ByteBuf> view : VIEWS) {
            ByteBuf whole = get();
            ByteBuf part = view.apply(whole);
            byte before = part.getByte(21);
            part.internalNioBuffer(20, 1).put((byte) 99);
            assertEquals(99, part.getByte(20));
            assertEquals(before, part.getByte(21));
            assertEquals((byte) 3020, others.memory().get(3020), "The other process's is as it was.");
            whole.release();
            assertThrows(
                    IllegalReferenceCountException.class,
                    () -> view.apply(whole).getByte(0));
        }
    }

    @Test
    void shouldTakeBytesOfReceivedBuffers() {
        for (UnaryOperator<ByteBuf> view : VIEWS) {
            ByteBuf whole = get();
            ByteBuf from = pool.get(others, 0, 100, 2, false, UnpooledByteBufAllocator.DEFAULT);
            ByteBuf part = view.apply(whole);
            from.getBytes(0, part, 20, 100);
            assertArrayEquals(ByteBufUtil.getBytes(from), ByteBufUtil.getBytes(part, 20, 100));
            from.release();
            whole.release();
        }
    }

    /** Each thread has a view of its own: one writes, and what the other one reads must be right meanwhile. */
    @Test
    void shouldHaveNoAddressOfTheOthersMemoryWhileItIsCopied() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(2);
        ByteBuf[] now = new ByteBuf[1];
        int[] wrong = new int[1];
        Thread reader = new Thread(() -> {
            try {
                for (int i = 0; i < ROUNDS; i++) {
                    barrier.await();
                    wrong[0] += wrongReads(now[0]);
                    barrier.await();
                }
            } catch (Exception e) {
                wrong[0]++;
            }
        });
        reader.start();
        for (int i = 0; i < ROUNDS; i++) {
            ByteBuf whole = get();
            now[0] = whole.slice(500, 100);
            ByteBuf mine = whole.slice(0, 100);
            barrier.await();
            for (int pause = i % 300; pause > 0; pause--) {
                Thread.onSpinWait();
            }
            mine.setByte(0, 5);
            barrier.await();
            whole.release();
        }
        reader.join();
        assertEquals(0, wrong[0]);
    }

    private int wrongReads(ByteBuf part) {
        int wrong = 0;
        for (int i = 0; i < 400; i++) {
            if (part.hasMemoryAddress()) {
                long begin = part.memoryAddress() - area.address();
                wrong += begin >= 0 && begin < area.length() ? 1 : 0;
            }
        }
        for (int i = 0; i < 100; i++) {
            wrong += part.getByte(i) == (byte) (3500 + i) ? 0 : 1;
        }
        return wrong;
    }
}
