// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is written arrives, in order, by whatever buffers; by ordinary sends and by zero-copy ones. */
@ExtendWith(Invariants.class)
class WriteTest {
    private static final int MIB = 1 << 20;

    @RegisterExtension
    private final Loops loops = new Loops(1);

    private final Recorder recorder = new Recorder();

    /** Zero bytes on: every buffer goes by zero copy, the empty ones too. -1: none. */
    private Loops.Pair connect(int zeroCopyThreshold) throws Exception {
        Bootstrap bootstrap =
                loops.client(recorder).option(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, zeroCopyThreshold);
        return Loops.connect(bootstrap);
    }

    private static CompletableFuture<byte[]> receive(Loops.Pair pair, int count) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return pair.peer().getInputStream().readNBytes(count);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static byte[] get(CompletableFuture<byte[]> future) throws Exception {
        return future.get(Loops.SECONDS, TimeUnit.SECONDS);
    }

    private static ByteBuf direct(Channel channel, byte[] data, int from, int to) {
        return channel.alloc().directBuffer(Math.max(1, to - from)).writeBytes(data, from, to - from);
    }

    @Test
    void shouldGatherMoreBuffersThanOneMessageTakes() throws Exception {
        for (int threshold : new int[] {-1, 0, 50}) {
            int count = 5000;
            byte[] data = Loops.pattern(count * 100);
            try (Loops.Pair pair = connect(threshold)) {
                CompletableFuture<byte[]> arriving = receive(pair, data.length);
                List<Integer> done = new ArrayList<>();
                pair.onLoop(() -> {
                    for (int i = 0; i < count; i++) {
                        int number = i;
                        // Lengths from 1 to 199, below the threshold and above.
                        int from = i / 2 * 200 + (i & 1) * (i / 2 % 199 + 1);
                        int to = i / 2 * 200 + ((i & 1) == 0 ? i / 2 % 199 + 1 : 200);
                        pair.channel()
                                .write(direct(pair.channel(), data, from, to))
                                .addListener(future -> {
                                    assertTrue(future.isSuccess());
                                    done.add(number);
                                });
                    }
                    return pair.channel().flush();
                });
                assertArrayEquals(data, get(arriving));
                loops.await("all promises are done", () -> pair.onLoop(done::size) == count);
                assertEquals(IntStream.range(0, count).boxed().toList(), pair.onLoop(() -> List.copyOf(done)));
            }
        }
    }

    @Test
    void shouldWriteCompositeOfMoreComponentsThanOneMessageTakes() throws Exception {
        for (int threshold : new int[] {-1, 0}) {
            byte[] data = Loops.pattern(2000 * 777);
            try (Loops.Pair pair = connect(threshold)) {
                CompletableFuture<byte[]> arriving = receive(pair, data.length);
                CompositeByteBuf composite = pair.channel().alloc().compositeDirectBuffer(3000);
                for (int i = 0; i < 2000; i++) {
                    composite.addComponent(true, direct(pair.channel(), data, i * 777, i * 777 + 777));
                }
                ChannelFuture write = pair.channel().writeAndFlush(composite);
                assertArrayEquals(data, get(arriving));
                assertTrue(write.await(Loops.SECONDS, TimeUnit.SECONDS));
                loops.await("the composite is released", () -> composite.refCnt() == 0);
            }
        }
    }

    @Test
    void shouldWriteEmptyBuffersAnywhere() throws Exception {
        for (int threshold : new int[] {-1, 0, 2}) {
            try (Loops.Pair pair = connect(threshold)) {
                Channel channel = pair.channel();
                List<ByteBuf> buffers = new ArrayList<>();
                List<ChannelFuture> writes = new ArrayList<>();
                // Several empty ones alone, then around others, then alone again.
                for (int[] flush : new int[][] {{0, 0, 0}, {0, 5, 0, 0, 1, 3, 0}, {0}, {0, 0}, {4, 1}, {0, 0}}) {
                    pair.onLoop(() -> {
                        for (int length : flush) {
                            ByteBuf buffer = direct(channel, Loops.pattern(length), 0, length);
                            buffers.add(buffer);
                            writes.add(channel.write(buffer));
                        }
                        CompositeByteBuf composite = channel.alloc().compositeDirectBuffer();
                        composite.addComponent(true, direct(channel, new byte[0], 0, 0));
                        composite.addComponent(true, direct(channel, new byte[0], 0, 0));
                        buffers.add(composite);
                        writes.add(channel.writeAndFlush(composite));
                        return null;
                    });
                    for (ChannelFuture write : writes) {
                        assertTrue(write.await(Loops.SECONDS, TimeUnit.SECONDS));
                        assertTrue(write.isSuccess(), () -> String.valueOf(write.cause()));
                    }
                }
                byte[] expected = Unpooled.wrappedBuffer(
                                Loops.pattern(5),
                                Loops.pattern(1),
                                Loops.pattern(3),
                                Loops.pattern(4),
                                Loops.pattern(1))
                        .copy()
                        .array();
                assertArrayEquals(expected, get(receive(pair, expected.length)));
                loops.await(
                        "the buffers are released", () -> buffers.stream().allMatch(buffer -> buffer.refCnt() == 0));
            }
        }
    }

    @Test
    void shouldWriteBuffersOfEveryKind() throws Exception {
        byte[] data = Loops.pattern(1000);
        try (Loops.Pair pair = connect(-1)) {
            Channel channel = pair.channel();
            channel.write(Unpooled.copiedBuffer(data));
            channel.write(Unpooled.copiedBuffer(data).asReadOnly());
            channel.write(Unpooled.directBuffer().writeBytes(data).asReadOnly());
            channel.write(channel.alloc().heapBuffer().writeBytes(data).slice(0, 1000));
            channel.write(direct(channel, data, 0, 1000));
            ByteBuf shared = direct(channel, data, 0, 1000);
            channel.write(shared.retainedDuplicate());
            ChannelFuture last = channel.writeAndFlush(shared);
            byte[] arrived = get(receive(pair, 7000));
            for (int i = 0; i < 7; i++) {
                assertArrayEquals(data, Arrays.copyOfRange(arrived, i * 1000, i * 1000 + 1000), "kind " + i);
            }
            assertTrue(last.await(Loops.SECONDS, TimeUnit.SECONDS));
            assertEquals(0, shared.refCnt());
        }
    }

    @Test
    void shouldRefuseOtherMessages() throws Exception {
        try (Loops.Pair pair = connect(-1)) {
            ChannelFuture write = pair.channel().writeAndFlush("text");
            assertInstanceOf(UnsupportedOperationException.class, write.await().cause());
        }
    }

    @Test
    void shouldTellWritabilityAtWatermarks() throws Exception {
        Recorder watching = new Recorder() {
            @Override
            public void channelWritabilityChanged(ChannelHandlerContext ctx) {
                event(ctx.channel().isWritable());
            }
        };
        Bootstrap bootstrap = loops.client(watching)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(2 * MIB, 3 * MIB));
        try (Loops.Pair pair = Loops.connect(bootstrap)) {
            Channel channel = pair.channel();
            pair.onLoop(() -> {
                long overhead = channel.bytesBeforeUnwritable();
                assertEquals(3 * MIB + 1, overhead);
                ByteBuf buffer = channel.alloc().directBuffer(64 * MIB).writeZero(64 * MIB);
                channel.writeAndFlush(buffer);
                assertFalse(channel.isWritable());
                return null;
            });
            loops.letRun();
            assertFalse(channel.isWritable());
            receive(pair, 64 * MIB);
            watching.awaitEvent(true);
            assertEquals(List.of("active", false, true), watching.events());
        }
    }

    @Test
    void shouldSkipCancelledWrites() throws Exception {
        for (int threshold : new int[] {-1, 0}) {
            byte[] data = Loops.pattern(30);
            try (Loops.Pair pair = connect(threshold)) {
                Channel channel = pair.channel();
                ByteBuf cancelled = direct(channel, new byte[100], 0, 100);
                pair.onLoop(() -> {
                    channel.write(direct(channel, data, 0, 10), channel.voidPromise());
                    ChannelPromise promise = channel.newPromise();
                    channel.write(cancelled, promise);
                    assertTrue(promise.cancel(false));
                    channel.write(direct(channel, data, 10, 30), channel.voidPromise());
                    return channel.flush();
                });
                assertArrayEquals(data, get(receive(pair, 30)));
                assertEquals(0, cancelled.refCnt());
            }
        }
    }

    @Test
    void shouldWriteAndFlushInsideOfWriteListener() throws Exception {
        byte[] data = Loops.pattern(1000);
        try (Loops.Pair pair = connect(-1)) {
            pair.onLoop(() -> {
                writeNext(pair.channel(), data, 0);
                return null;
            });
            assertArrayEquals(data, get(receive(pair, data.length)));
        }
    }

    private static void writeNext(Channel channel, byte[] data, int index) {
        if (index < data.length) {
            channel.writeAndFlush(direct(channel, data, index, index + 1))
                    .addListener(future -> writeNext(channel, data, index + 1));
        }
    }

    @Test
    void shouldKeepOrderOfEachWritingThread() throws Exception {
        int threads = 4;
        int messages = 2000;
        try (Loops.Pair pair = connect(-1)) {
            CompletableFuture<byte[]> arriving = receive(pair, threads * messages * 4);
            ExecutorService executor = Executors.newFixedThreadPool(threads);
            try {
                for (int t = 0; t < threads; t++) {
                    int thread = t;
                    executor.execute(() -> {
                        for (int i = 0; i < messages; i++) {
                            ByteBuf message = pair.channel().alloc().directBuffer(4);
                            pair.channel().writeAndFlush(message.writeInt(thread << 24 | i));
                        }
                    });
                }
                ByteBuf arrived = Unpooled.wrappedBuffer(get(arriving));
                int[] next = new int[threads];
                while (arrived.isReadable()) {
                    int message = arrived.readInt();
                    assertEquals(next[message >>> 24]++, message & 0xffffff);
                }
            } finally {
                executor.shutdown();
            }
        }
    }

    @Test
    void shouldReleaseEachZeroCopyBufferOnce() throws Exception {
        byte[] data = Loops.pattern(40_000);
        try (Loops.Pair pair = connect(1)) {
            Channel channel = pair.channel();
            CompletableFuture<byte[]> arriving = receive(pair, data.length);
            List<ByteBuf> buffers = new ArrayList<>();
            // More sends than there are ids, one by one.
            for (int i = 0; i < data.length; i++) {
                int index = i;
                pair.onLoop(() -> {
                    ByteBuf buffer = direct(channel, data, index, index + 1).retain();
                    buffers.add(buffer);
                    return channel.writeAndFlush(buffer);
                });
            }
            assertArrayEquals(data, get(arriving));
            loops.await("the kernel's notifications", () -> buffers.stream().allMatch(buffer -> buffer.refCnt() == 1));
            buffers.forEach(ByteBuf::release);
            long sends = loops.metrics().zeroCopySends();
            assertTrue(sends > 0);
            assertEquals(sends, loops.metrics().copiedSends(), "Loopback copies, and says so.");
        }
    }

    @Test
    void shouldHoldZeroCopyBufferUntilPeerHasIt() throws Exception {
        byte[] data = Loops.pattern(32 * MIB);
        try (Loops.Pair pair = connect(1)) {
            ByteBuf buffer = direct(pair.channel(), data, 0, data.length).retain();
            ChannelFuture write = pair.channel().writeAndFlush(buffer);
            loops.letRun();
            assertFalse(write.isDone());
            assertArrayEquals(data, get(receive(pair, data.length)));
            assertTrue(write.await(Loops.SECONDS, TimeUnit.SECONDS));
            loops.await("the last notification", () -> buffer.refCnt() == 1);
            buffer.release();
        }
    }

    @Test
    void shouldReleaseZeroCopyBufferOfClosedChannelOnce() throws Exception {
        ByteBuf buffer;
        try (Loops.Pair pair = connect(1)) {
            buffer = pair.channel()
                    .alloc()
                    .directBuffer(32 * MIB)
                    .writeZero(32 * MIB)
                    .retain();
            ChannelFuture write = pair.channel().writeAndFlush(buffer);
            loops.letRun();
            pair.channel().close().sync();
            assertFalse(write.await().isSuccess());
        }
        loops.await("the last notification", () -> buffer.refCnt() == 1);
        buffer.release();
    }

    @Test
    void shouldReleaseZeroCopyBufferWhenPeerResets() throws Exception {
        try (Loops.Pair pair = connect(1)) {
            ByteBuf buffer = pair.channel()
                    .alloc()
                    .directBuffer(32 * MIB)
                    .writeZero(32 * MIB)
                    .retain();
            ChannelFuture write = pair.channel().writeAndFlush(buffer);
            loops.letRun();
            pair.peer().setSoLinger(true, 0);
            pair.peer().close();
            assertInstanceOf(IOException.class, write.await().cause());
            recorder.awaitEvent("unregistered");
            loops.await("the last notification", () -> buffer.refCnt() == 1);
            buffer.release();
        }
    }

    @Test
    void shouldDecideOnZeroCopyForEachBuffer() throws Exception {
        byte[] data = Loops.pattern(10 * 10_010);
        try (Loops.Pair pair = connect(10_000)) {
            CompletableFuture<byte[]> arriving = receive(pair, data.length);
            pair.onLoop(() -> {
                for (int i = 0; i < 10; i++) {
                    pair.channel().write(direct(pair.channel(), data, i * 10_010, i * 10_010 + 10));
                    pair.channel().write(direct(pair.channel(), data, i * 10_010 + 10, i * 10_010 + 10_010));
                }
                return pair.channel().flush();
            });
            assertArrayEquals(data, get(arriving));
            loops.letRun();
            // Each of the long ones between two short ones is a message of its own.
            assertTrue(loops.metrics().zeroCopySends() >= 10, () -> "" + loops.metrics());
        }
    }

    /** Pages that are sent without a copy count as locked memory, unless a process may lock all it wants. */
    @Test
    void shouldCopyWhereKernelRefusesZeroCopy() throws Exception {
        List<String> little = List.of(
                "setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock", "prlimit", "--memlock=1048576:1048576");
        try (Child child = new Child(little, LittleLockedMemoryChild.class)) {
            assertEquals("null", child.await("cause"));
            assertEquals("true", child.await("same"));
            assertEquals("0", child.await("references"));
        }
    }
}
