// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import net.zcrx.Zcrx;
import net.zcrx.ZcrxMemoryEvent;

/**
 * Compares what a connection receives with the bytes that patsend sends (nic/tools/pattern.h), and then releases it.
 */
class PatternReader extends ChannelInboundHandlerAdapter {
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    final AtomicLong received = new AtomicLong();
    final AtomicLong zeroCopyBuffers = new AtomicLong();
    final Queue<ZcrxMemoryEvent> memoryEvents = new ConcurrentLinkedQueue<>();
    private volatile String wrong;
    private volatile Throwable failure;
    private volatile boolean closed;
    private volatile ChannelHandlerContext context;
    private long seed;

    static long word(long index, long seed) {
        return ((index + 1) * MULTIPLIER ^ index >>> 7) + seed;
    }

    private static byte at(long position, long seed) {
        return (byte) (word(position >>> 3, seed) >>> (position & 7) * 8);
    }

    /** The first wrong index of bytes that stand at {@code position} of the stream; -1 if there is none. */
    static int firstWrong(ByteBuf bytes, long position, long seed) {
        int begin = bytes.readerIndex();
        int end = bytes.writerIndex();
        int i = begin;
        for (; i < end && (position + i - begin & 7) != 0; i++) {
            if (bytes.getByte(i) != at(position + i - begin, seed)) {
                return i;
            }
        }
        for (; end - i >= 8 && bytes.getLongLE(i) == word(position + i - begin >>> 3, seed); i += 8) {}
        for (; i < end; i++) {
            if (bytes.getByte(i) != at(position + i - begin, seed)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        long position = received.get();
        if (position == 0) {
            // The first byte tells which of the 16 seeds it is.
            seed = bytes.getByte(bytes.readerIndex()) - at(0, 0) & 0xff;
        }
        int index = firstWrong(bytes, position, seed);
        if (index >= 0 && wrong == null) {
            wrong = "byte " + (position + index) + " in " + bytes;
        }
        received.addAndGet(bytes.readableBytes());
        if (Zcrx.isZeroCopy(bytes)) {
            zeroCopyBuffers.incrementAndGet();
        }
        checked(ctx, bytes);
    }

    /** What to do with a buffer that was compared. */
    void checked(ChannelHandlerContext ctx, ByteBuf bytes) {
        bytes.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ZcrxMemoryEvent) {
            memoryEvents.add((ZcrxMemoryEvent) event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed = true;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failure = cause;
    }

    ChannelHandlerContext context() {
        return context;
    }

    boolean isClosed() {
        return closed;
    }

    /** The first byte that was wrong; {@code null} if none was. */
    String wrong() {
        return wrong;
    }

    Throwable failure() {
        return failure;
    }

    /** Waits for the connection's end; all bytes must have come, and right. */
    void endsAfter(long bytes) {
        Waiting.await(() -> received + " of " + bytes + " bytes came, failure " + failure, this::isClosed);
        assertNull(wrong);
        assertNull(failure);
        assertEquals(bytes, received.get());
    }

    /** What {@link #endsAfter} says, of each. */
    static void allEndAfter(List<PatternReader> readers, long bytes) {
        readers.forEach(reader -> reader.endsAfter(bytes));
    }
}
