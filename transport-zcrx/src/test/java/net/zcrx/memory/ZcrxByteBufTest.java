// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.unix.Buffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a received buffer adds to Netty's contract, or has that the contract does not ask for. */
class ZcrxByteBufTest {
    private static final int SLOT = 64 * 1024;

    private final TestPool pool = new TestPool(8, SLOT);

    @AfterEach
    void close() {
        pool.pool.drain();
        assertEquals(0, pool.tokensOut());
        pool.close();
        assertFalse(pool.area.isMapped());
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private ZcrxByteBuf filled(byte[] bytes) {
        ZcrxByteBuf buf = pool.get(bytes.length);
        buf.setBytes(0, bytes);
        return buf;
    }

    private static byte[] bytes(ByteBuf buf) {
        byte[] bytes = new byte[buf.readableBytes()];
        buf.getBytes(buf.readerIndex(), bytes);
        return bytes;
    }

    @Test
    void shouldHandOutTheReceivedBytesReadable() {
        pool.area.memory().put(0, "hello".getBytes(StandardCharsets.US_ASCII));
        ZcrxByteBuf buf = pool.get(5);
        assertEquals("hello", buf.toString(StandardCharsets.US_ASCII));
        assertEquals("ZcrxByteBuf(ridx: 0, widx: 5, cap: 5/5)", buf.toString());
        assertTrue(buf.isZeroCopy());
        assertTrue(buf.isDirect());
        assertTrue(buf.isContiguous());
        assertFalse(buf.isReadOnly());
        assertFalse(buf.hasArray());
        assertThrows(UnsupportedOperationException.class, buf::array);
        assertThrows(UnsupportedOperationException.class, buf::arrayOffset);
        assertNull(buf.unwrap());
        assertSame(UnpooledByteBufAllocator.DEFAULT, buf.alloc());
        buf.release();
        assertEquals("ZcrxByteBuf(freed)", buf.toString());
    }

    @Test
    void shouldNeverReachBeyondItsRange() {
        ZcrxByteBuf before = pool.get(SLOT);
        ZcrxByteBuf buf = pool.get(SLOT);
        ZcrxByteBuf after = pool.get(SLOT);
        before.setZero(0, SLOT);
        after.setZero(0, SLOT);
        assertThrows(IndexOutOfBoundsException.class, () -> buf.setByte(-1, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> buf.setByte(SLOT, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> buf.setLong(SLOT - 7, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> buf.setMediumLE(SLOT - 2, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> buf.setBytes(SLOT - 1, new byte[2]));
        assertThrows(IndexOutOfBoundsException.class, () -> buf.setBytes(1, ByteBuffer.allocate(SLOT)));
        assertThrows(IndexOutOfBoundsException.class, () -> buf.writeByte(1));
        assertThrows(IllegalArgumentException.class, () -> buf.capacity(SLOT + 1));
        assertThrows(IndexOutOfBoundsException.class, () -> buf.nioBuffer(1, SLOT));
        assertThrows(IndexOutOfBoundsException.class, () -> buf.internalNioBuffer(-1, 2));
        ByteBuffer view = buf.nioBuffer(0, SLOT);
        assertThrows(IndexOutOfBoundsException.class, () -> view.put(SLOT, (byte) 1));
        for (int i = 0; i < SLOT; i++) {
            buf.setByte(i, 0xff);
        }
        for (int i = 0; i < SLOT; i++) {
            assertEquals(0, before.getByte(i));
            assertEquals(0, after.getByte(i));
        }
        before.release();
        buf.release();
        after.release();
    }

    @Test
    void shouldShrinkAndGrowBackToWhatWasReceived() {
        ZcrxByteBuf buf = filled(new byte[] {1, 2, 3, 4});
        buf.capacity(2);
        assertEquals(2, buf.writerIndex());
        assertThrows(IndexOutOfBoundsException.class, () -> buf.getByte(2));
        buf.writeByte(9);
        assertArrayEquals(new byte[] {1, 2, 9}, bytes(buf));
        buf.capacity(4);
        assertEquals(4, buf.getByte(3));
        buf.release();
    }

    @Test
    void shouldTellItsAddress() {
        ZcrxByteBuf first = pool.get(16);
        ZcrxByteBuf second = pool.get(16);
        assertTrue(second.hasMemoryAddress());
        assertEquals(pool.area.address() + SLOT, second.memoryAddress());
        assertEquals(second.memoryAddress() + 3, Buffer.memoryAddress(second.nioBuffer(3, 2)));
        first.release();
        second.release();
    }

    @Test
    void shouldCopyToAndFromEveryKindOfBuffer() {
        byte[] pattern = random(1000);
        ZcrxByteBuf received = filled(pattern);
        ZcrxByteBuf target = pool.get(1100);
        for (ByteBuf other : everyKind(1000)) {
            String kind = other.getClass().getSimpleName();
            other.setZero(0, 1000);
            received.getBytes(7, other, 11, 900);
            assertArrayEquals(Arrays.copyOfRange(pattern, 7, 907), copyOf(other, 11, 900), kind);
            assertEquals(0, other.getByte(10), kind);
            assertEquals(0, other.getByte(911), kind);

            other.setZero(0, 1000);
            other.setBytes(5, received, 3, 950);
            assertArrayEquals(Arrays.copyOfRange(pattern, 3, 953), copyOf(other, 5, 950), kind);

            target.setZero(0, 1100);
            target.setBytes(50, other, 5, 950);
            assertArrayEquals(Arrays.copyOfRange(pattern, 3, 953), copyOf(target, 50, 950), kind);
            assertEquals(0, target.getByte(49), kind);
            assertEquals(0, target.getByte(1000), kind);

            target.setZero(0, 1100);
            other.getBytes(5, target, 60, 950);
            assertArrayEquals(Arrays.copyOfRange(pattern, 3, 953), copyOf(target, 60, 950), kind);

            target.setZero(0, 1100);
            target.setBytes(50, other.asReadOnly(), 5, 950);
            assertArrayEquals(Arrays.copyOfRange(pattern, 3, 953), copyOf(target, 50, 950), kind);

            assertThrows(ReadOnlyBufferException.class, () -> received.getBytes(0, other.asReadOnly(), 0, 8), kind);
            assertThrows(IndexOutOfBoundsException.class, () -> received.getBytes(0, other, 1, 1000), kind);
            assertThrows(IndexOutOfBoundsException.class, () -> received.setBytes(1, other, 0, 1000), kind);
            other.release();
        }
        received.release();
        target.release();
    }

    private List<ByteBuf> everyKind(int length) {
        PooledByteBufAllocator pooled = PooledByteBufAllocator.DEFAULT;
        AdaptiveByteBufAllocator adaptive = new AdaptiveByteBufAllocator();
        int third = length / 3;
        return List.of(
                Unpooled.buffer(length),
                Unpooled.directBuffer(length).writerIndex(length),
                Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(length)),
                Unpooled.wrappedBuffer(
                        ByteBuffer.allocate(length + 9).position(9).slice()),
                Unpooled.wrappedBuffer(new byte[length + 5], 5, length),
                pooled.heapBuffer(length).writerIndex(length),
                pooled.directBuffer(length).writerIndex(length),
                adaptive.heapBuffer(length).writerIndex(length),
                adaptive.directBuffer(length).writerIndex(length),
                Unpooled.wrappedBuffer(
                        Unpooled.buffer(third).writerIndex(third),
                        Unpooled.directBuffer(third).writerIndex(third),
                        Unpooled.buffer(length).writerIndex(length - 2 * third)),
                pooled.directBuffer(2 * length).writerIndex(2 * length).slice(length / 2, length),
                Unpooled.directBuffer(length).writerIndex(length).duplicate(),
                pool.get(length),
                pool.get(length + 8).slice(4, length));
    }

    private static byte[] copyOf(ByteBuf buf, int index, int length) {
        byte[] copy = new byte[length];
        buf.getBytes(index, copy);
        return copy;
    }

    @Test
    void shouldMoveBytesWithinItself() {
        byte[] pattern = random(1000);
        ZcrxByteBuf buf = filled(pattern);
        buf.setBytes(100, buf, 0, 900);
        assertArrayEquals(Arrays.copyOf(pattern, 900), copyOf(buf, 100, 900));
        buf.setBytes(0, pattern).setBytes(0, buf, 100, 900);
        assertArrayEquals(Arrays.copyOfRange(pattern, 100, 1000), copyOf(buf, 0, 900));
        buf.setBytes(0, pattern).getBytes(0, buf, 1, 999);
        assertArrayEquals(Arrays.copyOf(pattern, 999), copyOf(buf, 1, 999));
        buf.setBytes(0, pattern).readerIndex(400).discardReadBytes();
        assertArrayEquals(Arrays.copyOfRange(pattern, 400, 1000), bytes(buf));
        buf.release();
    }

    @Test
    void shouldCopyToAndFromNioBuffersAndMoveTheirPositions() {
        byte[] pattern = random(500);
        ZcrxByteBuf buf = filled(pattern);
        for (ByteBuffer nio : List.of(ByteBuffer.allocate(300), ByteBuffer.allocateDirect(300))) {
            nio.position(20).limit(220);
            buf.getBytes(100, nio);
            assertEquals(220, nio.position());
            byte[] got = new byte[200];
            nio.get(20, got);
            assertArrayEquals(Arrays.copyOfRange(pattern, 100, 300), got);
            nio.position(20);
            buf.setBytes(0, nio);
            assertEquals(220, nio.position());
            assertArrayEquals(got, copyOf(buf, 0, 200));
            buf.setBytes(0, pattern);
            assertThrows(
                    ReadOnlyBufferException.class,
                    () -> buf.getBytes(0, ByteBuffer.allocate(8).asReadOnlyBuffer()));
        }
        buf.release();
    }

    @Test
    void shouldGiveViewsOfTheSameMemory() {
        ZcrxByteBuf buf = filled(random(100));
        ByteBuffer view = buf.nioBuffer(10, 20);
        assertEquals(0, view.position());
        assertEquals(20, view.capacity());
        view.put(0, (byte) 77);
        assertEquals(77, buf.getByte(10));
        buf.setByte(29, 78);
        assertEquals(78, view.get(19));
        assertNotSame(view, buf.nioBuffer(10, 20));
        assertEquals(1, buf.nioBufferCount());
        assertEquals(buf.nioBuffer(), buf.nioBuffers()[0]);

        ByteBuffer internal = buf.internalNioBuffer(10, 20);
        assertEquals(20, internal.remaining());
        assertEquals(77, internal.get());
        assertSame(internal, buf.internalNioBuffer(0, 1), "the internal view is not allocated twice");
        buf.release();
        ZcrxByteBuf again = pool.get(8);
        assertSame(buf, again);
        assertSame(internal, again.internalNioBuffer(0, 8), "nor for the next use of the same area");
        again.release();
    }

    @Test
    void shouldWriteToStreamsAndReadFromThem() throws IOException {
        byte[] pattern = random(20_000);
        ZcrxByteBuf buf = filled(pattern);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        buf.getBytes(1, out, 19_998);
        assertArrayEquals(Arrays.copyOfRange(pattern, 1, 19_999), out.toByteArray());
        buf.getBytes(0, out, 0);
        assertEquals(19_998, out.size());

        buf.setZero(0, 20_000);
        InputStream in = new ByteArrayInputStream(pattern);
        assertEquals(15_000, buf.setBytes(10, in, 15_000));
        assertArrayEquals(Arrays.copyOf(pattern, 15_000), copyOf(buf, 10, 15_000));
        assertEquals(5_000, buf.setBytes(0, in, 10_000));
        assertArrayEquals(Arrays.copyOfRange(pattern, 15_000, 20_000), copyOf(buf, 0, 5_000));
        assertEquals(-1, buf.setBytes(0, in, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> buf.setBytes(1, in, 20_000));
        assertThrows(IndexOutOfBoundsException.class, () -> buf.getBytes(1, out, 20_000));
        buf.release();
    }

    @Test
    void shouldWriteToFilesAndReadFromThem(@TempDir Path directory) throws IOException {
        byte[] pattern = random(50_000);
        ZcrxByteBuf buf = filled(pattern);
        Path path = directory.resolve("bytes");
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        assertEquals(30_000, buf.getBytes(20_000, file, 0, 30_000));
        assertEquals(0, file.position(), "the file's own position stays");
        file.position(30_000);
        assertEquals(20_000, buf.readBytes(file, 20_000));
        assertEquals(20_000, buf.readerIndex());
        assertEquals(50_000, file.position());

        buf.setZero(0, 50_000);
        assertEquals(30_000, buf.setBytes(20_000, file, 0, 30_000));
        file.position(30_000);
        assertEquals(20_000, buf.setBytes(0, file, 20_000));
        assertArrayEquals(pattern, copyOf(buf, 0, 50_000));
        assertEquals(-1, buf.setBytes(0, file, 50_000, 1), "at the end of the file");
        file.close();
        assertEquals(-1, buf.setBytes(0, file, 0, 1), "of a closed file");
        assertEquals(-1, buf.setBytes(0, file, 1), "of a closed file");
        byte[] stored = Files.readAllBytes(path);
        assertArrayEquals(Arrays.copyOfRange(pattern, 20_000, 50_000), Arrays.copyOf(stored, 30_000));
        buf.release();
    }

    @Test
    void shouldWriteToPipesAndReadFromThem() throws IOException {
        byte[] pattern = random(4096);
        ZcrxByteBuf buf = filled(pattern);
        Pipe pipe = Pipe.open();
        assertEquals(4000, buf.getBytes(50, pipe.sink(), 4000));
        buf.setZero(0, 4096);
        assertEquals(4000, buf.setBytes(96, pipe.source(), 4000));
        assertArrayEquals(Arrays.copyOfRange(pattern, 50, 4050), copyOf(buf, 96, 4000));
        pipe.sink().close();
        assertEquals(-1, buf.setBytes(0, pipe.source(), 1));
        pipe.source().close();
        buf.release();
    }

    @Test
    void shouldCopyIntoItsAllocator() {
        byte[] pattern = random(300);
        ZcrxByteBuf buf = filled(pattern);
        ByteBuf copy = buf.copy(100, 50);
        buf.setZero(0, 300);
        assertNull(ZcrxByteBuf.of(copy));
        assertArrayEquals(Arrays.copyOfRange(pattern, 100, 150), bytes(copy));
        assertTrue(copy.isWritable(0));
        copy.release();
        ByteBuf read = buf.readBytes(10);
        assertNull(ZcrxByteBuf.of(read));
        read.release();
        buf.release();
    }

    @Test
    void shouldStayOutUntilTheLastDerivedBufferIsReleased() {
        ZcrxByteBuf buf = filled(random(64));
        ByteBuf slice = buf.retainedSlice(8, 8);
        ByteBuf duplicate = slice.retainedDuplicate();
        ByteBuf read = buf.readRetainedSlice(16);
        ByteBuf readOnly = buf.asReadOnly().retain();
        assertEquals(5, buf.refCnt());
        assertFalse(buf.release());
        assertFalse(slice.release());
        assertFalse(readOnly.release());
        assertFalse(duplicate.release());
        assertEquals(1, pool.tokensOut());
        assertTrue(read.release());
        assertEquals(0, pool.tokensOut());
    }

    @Test
    @SuppressWarnings("deprecation") // The little endian view is one of the wrappers to see through.
    void shouldBeFoundBehindEveryWrapper() {
        ZcrxByteBuf buf = pool.get(64);
        assertSame(buf, ZcrxByteBuf.of(buf));
        assertSame(buf, ZcrxByteBuf.of(buf.slice(1, 9)));
        assertSame(buf, ZcrxByteBuf.of(buf.slice(1, 9).slice(2, 3)));
        assertSame(buf, ZcrxByteBuf.of(buf.duplicate()));
        assertSame(buf, ZcrxByteBuf.of(buf.asReadOnly()));
        assertSame(buf, ZcrxByteBuf.of(buf.asReadOnly().slice(3, 3)));
        assertSame(buf, ZcrxByteBuf.of(buf.order(ByteOrder.LITTLE_ENDIAN)));
        assertSame(buf, ZcrxByteBuf.of(Unpooled.unreleasableBuffer(buf)));
        assertNull(ZcrxByteBuf.of(null));
        assertNull(ZcrxByteBuf.of(Unpooled.EMPTY_BUFFER));
        assertNull(ZcrxByteBuf.of(Unpooled.buffer(4).slice(1, 2)));
        assertNull(ZcrxByteBuf.of(Unpooled.wrappedBuffer(Unpooled.buffer(1).writeByte(1), buf.retainedSlice())
                .touch()));
        buf.release(2);
    }
}
