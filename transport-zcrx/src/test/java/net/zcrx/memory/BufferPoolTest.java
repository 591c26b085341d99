// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.IllegalReferenceCountException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private static final UnpooledByteBufAllocator ALLOC = UnpooledByteBufAllocator.DEFAULT;

    private final List<Long> reclaimed = new ArrayList<>();
    private final List<Long> late = new ArrayList<>();
    private int wakeups;
    private final BufferPool pool = new BufferPool(
            new Reclaimer() {
                @Override
                public void reclaim(long token) {
                    assertSame(owner, Thread.currentThread());
                    reclaimed.add(token);
                }

                @Override
                public void reclaimLate(long token) {
                    late.add(token);
                }
            },
            () -> wakeups++);
    private final Area area = Area.allocate(1 << 20);
    private final Thread owner = Thread.currentThread();

    BufferPoolTest() {
        pool.owner(owner);
    }

    private ZcrxByteBuf get(int offset, int length, long token) {
        return pool.get(area, offset, length, token, true, ALLOC);
    }

    @Test
    void shouldReclaimAtOnceOnTheOwnersThread() {
        ZcrxByteBuf buf = get(0, 100, 7);
        assertEquals(List.of(), reclaimed);
        assertTrue(buf.release());
        assertEquals(List.of(7L), reclaimed);
        assertEquals(0, pool.drain());
        assertEquals(0, pool.offLoopReturns());
    }

    @Test
    void shouldReclaimAtTheNextDrainFromAnotherThread() throws InterruptedException {
        ZcrxByteBuf buf = get(0, 100, 7);
        TestThreads.run(() -> assertTrue(buf.release()));
        assertEquals(List.of(), reclaimed);
        assertEquals(1, pool.heldBuffers());
        assertEquals(1, pool.drain());
        assertEquals(List.of(7L), reclaimed);
        assertEquals(0, pool.heldBuffers());
        assertEquals(1, pool.offLoopReturns());
        assertEquals(0, pool.drain());
    }

    @Test
    void shouldTakeBackMoreThanOneChunkOfTheQueueInOrder() throws InterruptedException {
        int count = 10_000;
        List<ZcrxByteBuf> bufs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bufs.add(get(i, 1, i));
        }
        TestThreads.run(() -> bufs.forEach(ByteBuf::release));
        assertEquals(count, pool.drain());
        assertEquals(LongStream.range(0, count).boxed().toList(), reclaimed);
    }

    @Test
    void shouldCountWhatTheApplicationHolds() {
        ZcrxByteBuf first = get(0, 100, 1);
        assertTrue(pool.extend(first, area, 100, 28, 2));
        ZcrxByteBuf second = get(4096, 1000, 3);
        assertEquals(2, pool.heldBuffers());
        assertEquals(3, pool.heldTokens());
        assertEquals(1128, pool.heldBytes());
        first.capacity(5);
        first.release();
        assertEquals(1, pool.heldBuffers());
        assertEquals(1, pool.heldTokens());
        assertEquals(1000, pool.heldBytes());
        second.release();
        assertEquals(0, pool.heldBuffers());
        assertEquals(0, pool.heldTokens());
        assertEquals(0, pool.heldBytes());
    }

    @Test
    void shouldReclaimEveryTokenOfAnExtendedBufferOnce() throws InterruptedException {
        for (int round = 1; round <= 2; round++) {
            for (int tokens = 1; tokens <= ZcrxByteBuf.MAX_TOKENS; tokens++) {
                ZcrxByteBuf buf = get(0, 10, 0);
                for (int i = 1; i < tokens; i++) {
                    assertTrue(pool.extend(buf, area, 10 * i, 10, i));
                }
                assertEquals(10 * tokens, buf.readableBytes());
                assertEquals(10 * tokens, buf.maxCapacity());
                if (round == 1) {
                    buf.release();
                } else {
                    TestThreads.run(buf::release);
                    pool.drain();
                }
                assertEquals(LongStream.range(0, tokens).boxed().toList(), reclaimed);
                reclaimed.clear();
            }
        }
    }

    @Test
    void shouldRefuseToExtendByWhatDoesNotContinueTheBuffer() {
        Area other = Area.allocate(4096);
        ZcrxByteBuf buf = get(1000, 100, 0);
        assertFalse(pool.extend(buf, other, 1100, 100, 1));
        assertFalse(pool.extend(buf, area, 1101, 100, 1));
        assertFalse(pool.extend(buf, area, 1099, 100, 1));
        assertFalse(pool.extend(buf, area, 900, 100, 1));
        for (int i = 1; i < ZcrxByteBuf.MAX_TOKENS; i++) {
            assertTrue(pool.extend(buf, area, 1000 + 100 * i, 100, i));
        }
        int end = 100 * ZcrxByteBuf.MAX_TOKENS;
        assertFalse(pool.extend(buf, area, 1000 + end, 100, 64));
        assertEquals(end, buf.capacity());
        assertEquals(end, buf.maxCapacity());
        assertEquals(end, buf.writerIndex());
        assertEquals(ZcrxByteBuf.MAX_TOKENS, pool.heldTokens());
        assertEquals(end, pool.heldBytes());
        buf.release();
        assertEquals(LongStream.range(0, 64).boxed().toList(), reclaimed);
        pool.close();
        other.release();
        assertFalse(other.isMapped(), "a refused area is not referenced");
    }

    @Test
    void shouldRefuseBytesOutsideOfTheArea() {
        assertThrows(IndexOutOfBoundsException.class, () -> get(-1, 1, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> get(0, -1, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> get(area.length(), 1, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> get(1, area.length(), 0));
        assertThrows(IndexOutOfBoundsException.class, () -> get(Integer.MAX_VALUE, Integer.MAX_VALUE, 0));
        ZcrxByteBuf last = get(area.length() - 1, 1, 0);
        assertThrows(IndexOutOfBoundsException.class, () -> pool.extend(last, area, area.length(), 1, 1));
        assertEquals(1, pool.heldBuffers());
        assertEquals(1, pool.heldTokens());
        last.release();
    }

    @Test
    void shouldUseABufferObjectAgainWithoutTracesOfItsPast() {
        ZcrxByteBuf buf = get(0, 100, 1);
        buf.readerIndex(50).markReaderIndex().markWriterIndex().writerIndex(60);
        buf.capacity(70);
        buf.internalNioBuffer(3, 4);
        buf.release();
        Area other = Area.allocate(4096);
        other.memory().put(8, (byte) 42);
        ZcrxByteBuf again = pool.get(other, 8, 16, 2, false, ALLOC);
        assertSame(buf, again);
        assertEquals(1, again.refCnt());
        assertEquals(0, again.readerIndex());
        assertEquals(16, again.writerIndex());
        assertEquals(16, again.capacity());
        assertEquals(16, again.maxCapacity());
        assertFalse(again.isZeroCopy());
        assertEquals(42, again.getByte(0));
        assertEquals(42, again.internalNioBuffer(0, 1).get());
        assertEquals(0, again.resetReaderIndex().readerIndex());
        assertEquals(0, again.resetWriterIndex().writerIndex());
        again.release();
        assertEquals(List.of(1L, 2L), reclaimed);
        other.release();
    }

    @Test
    void shouldNotReclaimTwiceOnADoubleRelease() throws InterruptedException {
        ZcrxByteBuf onLoop = get(0, 1, 1);
        onLoop.release();
        assertThrows(IllegalReferenceCountException.class, onLoop::release);

        ZcrxByteBuf offLoop = get(1, 1, 2);
        TestThreads.run(() -> {
            offLoop.release();
            assertThrows(IllegalReferenceCountException.class, offLoop::release);
        });
        assertThrows(IllegalReferenceCountException.class, offLoop::release);
        assertThrows(IllegalReferenceCountException.class, offLoop::retain);
        assertEquals(1, pool.drain());
        assertThrows(IllegalReferenceCountException.class, offLoop::release);
        assertEquals(List.of(1L, 2L), reclaimed);
        assertEquals(0, pool.heldBuffers());
    }

    @Test
    void shouldWakeTheOwnerOnceUntilTheNextDrainWhenReturnsAreWanted() throws InterruptedException {
        pool.wantReturns(true);
        releaseElsewhere(3);
        assertEquals(1, wakeups);
        assertEquals(3, pool.drain());
        releaseElsewhere(2);
        assertEquals(2, wakeups);
        assertEquals(2, pool.drain());
        assertEquals(0, pool.drain());
        releaseElsewhere(1);
        assertEquals(3, wakeups);
    }

    @Test
    void shouldNotWakeTheOwnerWhenReturnsAreNotWanted() throws InterruptedException {
        releaseElsewhere(1);
        pool.drain();
        pool.wantReturns(true);
        pool.wantReturns(false);
        releaseElsewhere(1);
        pool.drain();
        releaseElsewhere(1);
        assertEquals(0, wakeups);
    }

    @Test
    void shouldNotWakeTheOwnerForItsOwnReleases() {
        pool.wantReturns(true);
        get(0, 1, 1).release();
        assertEquals(0, wakeups);
    }

    @Test
    void shouldTakeBackWhatCameBeforeReturnsWereWanted() throws InterruptedException {
        releaseElsewhere(3);
        pool.wantReturns(true);
        assertEquals(3, reclaimed.size());
        assertEquals(3, pool.offLoopReturns());
        assertEquals(0, wakeups);
    }

    private void releaseElsewhere(int count) throws InterruptedException {
        List<ZcrxByteBuf> bufs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bufs.add(get(i, 1, i));
        }
        TestThreads.run(() -> bufs.forEach(ByteBuf::release));
    }

    @Test
    void shouldRefuseASecondOwner() {
        assertThrows(IllegalStateException.class, () -> pool.owner(owner));
        pool.close();
        assertThrows(IllegalStateException.class, () -> pool.owner(owner));
    }

    @Test
    void shouldUnmapWhenTheRingGoesLast() {
        get(0, 1, 1).release();
        pool.close();
        assertTrue(area.isMapped());
        area.release();
        assertFalse(area.isMapped());
    }

    @Test
    void shouldUnmapWhenThePoolGoesLast() {
        get(0, 1, 1).release();
        area.release();
        assertTrue(area.isMapped());
        pool.close();
        assertFalse(area.isMapped());
    }

    @Test
    void shouldUnmapWhenABufferGoesLastOnTheOwnersThread() {
        ZcrxByteBuf first = get(0, 1, 1);
        ZcrxByteBuf second = get(1, 1, 2);
        area.release();
        pool.close();
        pool.close();
        first.release();
        assertTrue(area.isMapped());
        assertEquals(0, second.getByte(0));
        second.release();
        assertFalse(area.isMapped());
        assertEquals(List.of(), reclaimed, "after the close");
        assertEquals(List.of(1L, 2L), late);
        assertThrows(IllegalReferenceCountException.class, second::release);
    }

    @Test
    void shouldUnmapWhenABufferGoesLastOnAnotherThread() throws InterruptedException {
        ByteBuf slice = get(0, 8, 1).setLong(0, 123).slice(4, 4);
        ZcrxByteBuf queued = get(8, 1, 2);
        TestThreads.run(queued::release);
        area.release();
        pool.close();
        assertTrue(area.isMapped());
        TestThreads.run(() -> {
            assertEquals(123, slice.getInt(0));
            slice.release();
        });
        assertFalse(area.isMapped());
        assertEquals(List.of(), reclaimed, "after the close");
        assertEquals(List.of(2L, 1L), late);
    }

    @Test
    void shouldUnmapWhatOnlyTheQueueHeldWhenItCloses() throws InterruptedException {
        ZcrxByteBuf queued = get(0, 1, 1);
        TestThreads.run(queued::release);
        area.release();
        pool.close();
        assertFalse(area.isMapped());
        assertEquals(List.of(), reclaimed, "after the close");
        assertEquals(List.of(1L), late);
    }

    @Test
    void shouldUnmapEachAreaWithItsOwnLastBuffer() {
        Area second = Area.allocate(4096);
        ZcrxByteBuf a = get(0, 1, 1);
        ZcrxByteBuf b = pool.get(second, 0, 1, 2, true, ALLOC);
        ZcrxByteBuf c = get(1, 1, 3);
        assertNotSame(a, c);
        area.release();
        second.release();
        pool.close();
        b.release();
        assertFalse(second.isMapped());
        a.release();
        assertTrue(area.isMapped());
        c.release();
        assertFalse(area.isMapped());
    }

    @Test
    void shouldDoNothingMoreAfterTheClose() {
        ZcrxByteBuf buf = get(0, 1, 1);
        pool.wantReturns(true);
        pool.close();
        pool.wantReturns(false);
        pool.wantReturns(true);
        buf.release();
        assertEquals(0, pool.drain());
        assertEquals(0, wakeups);
        assertEquals(List.of(), reclaimed);
    }
}
