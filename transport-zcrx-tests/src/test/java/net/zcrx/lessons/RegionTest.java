// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.ChannelOutputShutdownException;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import net.zcrx.lessons.Ends.Transport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** File regions, of files and of a user's own code, end as with epoll, in every way in which they can end. */
class RegionTest {
    private static final int MIB = 1 << 20;
    /** More than the sockets of a connection hold. */
    private static final int MUCH = 32 * MIB;

    private final Recorder recorder = new Recorder();

    @TempDir
    private Path directory;

    private File file(int length) throws IOException {
        return Files.write(directory.resolve("file"), Loops.pattern(length)).toFile();
    }

    private static byte[] slice(byte[] data, int from, int to) {
        return Arrays.copyOfRange(data, from, to);
    }

    @ParameterizedTest
    @EnumSource
    void shouldSendRegionFlushedBeforeClose(Transport transport) throws Exception {
        File file = file(100_000);
        try (Ends ends = new Ends(transport, 1, recorder)) {
            for (int kind = 0; kind < 8; kind++) {
                boolean shutdown = (kind & 1) != 0;
                boolean oneFlush = (kind & 2) != 0;
                boolean header = (kind & 4) != 0;
                try (Ends.Pair pair = ends.connect()) {
                    FileRegion[] regions = {new DefaultFileRegion(file, 0, 100_000), new TestRegion(Loops.pattern(1000))
                    };
                    List<ChannelFuture> writes = new ArrayList<>();
                    ChannelFuture end = pair.onLoop(() -> {
                        if (header) {
                            writes.add(pair.channel().write(Unpooled.wrappedBuffer(new byte[10])));
                        }
                        for (FileRegion region : regions) {
                            if (!oneFlush) {
                                pair.channel().flush();
                            }
                            writes.add(pair.channel().write(region));
                        }
                        pair.channel().flush();
                        return shutdown
                                ? pair.channel().shutdownOutput()
                                : pair.channel().close();
                    });
                    byte[] expected = Unpooled.wrappedBuffer(
                                    new byte[header ? 10 : 0], Loops.pattern(100_000), Loops.pattern(1000))
                            .copy()
                            .array();
                    assertArrayEquals(expected, Loops.readFully(pair.peer()), "kind " + kind);
                    assertTrue(Ends.await(end).isSuccess());
                    for (ChannelFuture write : writes) {
                        assertTrue(Ends.await(write).isSuccess(), () -> String.valueOf(write.cause()));
                    }
                    for (FileRegion region : regions) {
                        assertEquals(0, region.refCnt());
                        assertEquals(region.count(), region.transferred());
                    }
                }
            }
        }
    }

    /** What the socket holds arrives, and the rest fails: no more waits for a peer that may never read. */
    @ParameterizedTest
    @EnumSource
    void shouldEndBehindWhatFullSocketTakes(Transport transport) throws Exception {
        File file = file(MUCH);
        try (Ends ends = new Ends(transport, 1, recorder)) {
            for (boolean shutdown : new boolean[] {false, true}) {
                for (boolean parked : new boolean[] {false, true}) {
                    try (Ends.Pair pair = ends.connect()) {
                        FileRegion region = new DefaultFileRegion(file, 0, MUCH);
                        ChannelFuture write = pair.onLoop(() -> pair.channel().writeAndFlush(region));
                        if (parked) {
                            awaitStandstill(region);
                        }
                        ChannelFuture end = shutdown
                                ? pair.channel().shutdownOutput()
                                : pair.channel().close();
                        assertTrue(Ends.await(end).isSuccess());
                        Class<? extends IOException> expected =
                                shutdown ? ChannelOutputShutdownException.class : ClosedChannelException.class;
                        assertInstanceOf(expected, Ends.await(write).cause());
                        assertEquals(shutdown, pair.channel().isOpen());
                        assertEquals(0, region.refCnt());
                        byte[] arrived = Loops.readFully(pair.peer());
                        assertEquals(region.transferred(), arrived.length);
                        assertTrue(arrived.length > 0 && arrived.length < MUCH);
                        assertArrayEquals(Loops.pattern(arrived.length), arrived);
                    }
                }
            }
        }
    }

    private static void awaitStandstill(FileRegion region) throws Exception {
        AtomicLong before = new AtomicLong(-1);
        Ends.await("the socket is full", () -> {
            long last = before.getAndSet(region.transferred());
            Thread.sleep(50);
            return region.transferred() > 0 && last == region.transferred();
        });
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellProgressOfRegionFromItsPosition(Transport transport) throws Exception {
        File file = file(MUCH + 1000);
        try (Ends ends = new Ends(transport, 1, recorder);
                Ends.Pair pair = ends.connect()) {
            DefaultFileRegion region = new DefaultFileRegion(file, 777, MUCH);
            List<Long> progress = new ArrayList<>();
            AtomicInteger wrong = new AtomicInteger();
            ChannelProgressivePromise promise = pair.channel().newProgressivePromise();
            promise.addListener(new ChannelProgressiveFutureListener() {
                @Override
                public void operationProgressed(ChannelProgressiveFuture future, long now, long total) {
                    progress.add(now);
                    if (now != region.transferred() || total != MUCH) {
                        wrong.incrementAndGet();
                    }
                    throw new IllegalStateException("a listener's");
                }

                @Override
                public void operationComplete(ChannelProgressiveFuture future) {}
            });
            pair.onLoop(() -> {
                pair.channel().write(Unpooled.wrappedBuffer(new byte[] {1}));
                pair.channel().write(new DefaultFileRegion(file, 5, 0));
                pair.channel().write(region, promise);
                return pair.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {2}));
            });
            assertEquals(1, pair.peer().getInputStream().read());
            assertArrayEquals(
                    slice(Loops.pattern(MUCH + 1000), 777, MUCH + 777),
                    pair.peer().getInputStream().readNBytes(MUCH));
            assertEquals(2, pair.peer().getInputStream().read());
            assertTrue(Ends.await(promise).isSuccess());
            assertEquals(0, region.refCnt());
            assertEquals(MUCH, region.transferred());
            pair.onLoop(() -> {
                assertEquals(0, wrong.get());
                assertEquals(progress.stream().sorted().distinct().toList(), progress);
                return assertInstanceOf(Long.class, progress.get(progress.size() - 1)) == MUCH;
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldFailRegionOfTruncatedFile(Transport transport) throws Exception {
        try (Ends ends = new Ends(transport, 1, recorder)) {
            for (int length : new int[] {1000, MUCH}) {
                File file = file(length);
                try (Ends.Pair pair = ends.connect()) {
                    DefaultFileRegion region = new DefaultFileRegion(file, 100, length);
                    ChannelFuture write = pair.channel().writeAndFlush(region);
                    ChannelFuture next = pair.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
                    // Netty's epoll transport looks at the file's length as soon as the socket is full.
                    byte[] arrived = Loops.readFully(pair.peer());
                    assertTrue(length > 1000 || arrived.length == length - 100);
                    assertArrayEquals(slice(Loops.pattern(length), 100, 100 + arrived.length), arrived);
                    IOException cause = assertInstanceOf(
                            IOException.class, Ends.await(write).cause());
                    assertTrue(cause.getMessage().contains("ile"), cause::toString);
                    assertInstanceOf(IOException.class, Ends.await(next).cause());
                    assertEquals(0, region.refCnt());
                    Ends.await(pair.channel().closeFuture());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldFailRegionOfFileTruncatedMeanwhile(Transport transport) throws Exception {
        File file = file(MUCH);
        try (Ends ends = new Ends(transport, 1, recorder);
                Ends.Pair pair = ends.connect()) {
            DefaultFileRegion region = new DefaultFileRegion(file, 0, MUCH);
            ChannelFuture write = pair.channel().writeAndFlush(region);
            awaitStandstill(region);
            try (RandomAccessFile truncated = new RandomAccessFile(file, "rw")) {
                truncated.setLength(MIB);
            }
            Loops.readFully(pair.peer());
            assertInstanceOf(IOException.class, Ends.await(write).cause());
            assertEquals(0, region.refCnt());
        }
    }

    /** Nothing yet is no error, and no reason to ask in each pass of the loop. */
    @ParameterizedTest
    @EnumSource
    void shouldAskRegionAgainThatGaveNothing(Transport transport) throws Exception {
        // Netty's epoll transport may wait for the next edge when it got nothing a second time.
        int empty = transport == Transport.EPOLL ? 1 : 10;
        byte[] data = Loops.pattern(MUCH);
        AtomicInteger asked = new AtomicInteger();
        AtomicLong first = new AtomicLong();
        AtomicLong nanos = new AtomicLong();
        TestRegion region = new TestRegion(data) {
            @Override
            public long transferTo(WritableByteChannel target, long position) throws IOException {
                if (asked.getAndIncrement() == 0) {
                    first.set(System.nanoTime());
                }
                if (asked.get() <= empty) {
                    return 0;
                }
                nanos.compareAndSet(0, System.nanoTime() - first.get());
                return super.transferTo(target, position);
            }
        };
        try (Ends ends = new Ends(transport, 1, recorder);
                Ends.Pair pair = ends.connect()) {
            ChannelFuture write = pair.channel().writeAndFlush(region);
            assertArrayEquals(data, pair.peer().getInputStream().readNBytes(MUCH));
            assertTrue(Ends.await(write).isSuccess());
            assertTrue(pair.channel().isActive());
            assertEquals(1, region.released.get());
            assertTrue(
                    empty == 1 || nanos.get() > TimeUnit.MILLISECONDS.toNanos(empty - 1),
                    () -> "Asked " + empty + " times in " + nanos + " ns.");
        }
    }

    /** While the region gives nothing the channel may end, and go to another loop. */
    @ParameterizedTest
    @EnumSource
    void shouldEndWhileRegionGivesNothing(Transport transport) throws Exception {
        class Empty extends TestRegion {
            final AtomicInteger asked = new AtomicInteger();
            volatile boolean given;

            Empty() {
                super(Loops.pattern(10));
            }

            @Override
            public long transferTo(WritableByteChannel target, long position) throws IOException {
                asked.incrementAndGet();
                return given ? super.transferTo(target, position) : 0;
            }
        }
        try (Ends ends = new Ends(transport, 2, recorder)) {
            for (int kind = 0; kind < 3; kind++) {
                Empty region = new Empty();
                try (Ends.Pair pair = ends.connect()) {
                    ChannelFuture write = pair.channel().writeAndFlush(region);
                    Ends.await("the region is asked", () -> region.asked.get() > 0);
                    if (kind == 0) {
                        assertTrue(Ends.await(pair.channel().close()).isSuccess());
                        assertInstanceOf(
                                ClosedChannelException.class, Ends.await(write).cause());
                    } else if (kind == 1) {
                        assertTrue(Ends.await(pair.channel().shutdownOutput()).isSuccess());
                        assertInstanceOf(
                                ChannelOutputShutdownException.class,
                                Ends.await(write).cause());
                        assertTrue(pair.channel().isOpen());
                    } else {
                        assertTrue(Ends.await(pair.channel().deregister()).isSuccess());
                        region.given = true;
                        assertTrue(
                                Ends.await(ends.next().register(pair.channel())).isSuccess());
                        pair.channel().flush();
                        assertTrue(Ends.await(write).isSuccess());
                        assertEquals(0, pair.peer().getInputStream().read());
                    }
                    assertEquals(1, region.released.get());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldFailWriteOfRegionThatThrows(Transport transport) throws Exception {
        Throwable[] thrown = {
            new IOException("a region's"),
            new IllegalStateException("a region's"),
            new AssertionError("a region's"),
            new StackOverflowError("a region's"),
            new OutOfMemoryError("a region's")
        };
        try (Ends ends = new Ends(transport, 1, recorder);
                Ends.Pair other = ends.connect()) {
            for (Throwable each : thrown) {
                for (int from : new int[] {0, MUCH / 2}) {
                    throwFrom(from, each, ends);
                }
                assertTrue(Ends.await(other.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[1])))
                        .isSuccess());
                assertEquals(0, other.peer().getInputStream().read());
            }
        }
    }

    private static void throwFrom(int from, Throwable thrown, Ends ends) throws Exception {
        TestRegion region = new TestRegion(Loops.pattern(MUCH)) {
            @Override
            public long transferTo(WritableByteChannel target, long position) throws IOException {
                if (position >= from) {
                    RegionTest.<RuntimeException>sneak(thrown);
                }
                return super.transferTo(target, position);
            }
        };
        try (Ends.Pair pair = ends.connect()) {
            ChannelFuture write = pair.channel().writeAndFlush(region);
            ChannelFuture next = pair.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
            byte[] arrived = Loops.readFully(pair.peer());
            assertEquals(region.transferred(), arrived.length);
            Throwable cause = Ends.await(write).cause();
            if (thrown instanceof IOException) {
                assertSame(thrown, cause);
                Ends.await(pair.channel().closeFuture());
            } else {
                assertInstanceOf(ChannelOutputShutdownException.class, cause);
                assertSame(thrown, cause.getCause());
                assertTrue(pair.channel().isOpen());
                pair.peer().getOutputStream().write(1);
            }
            assertFalse(Ends.await(next).isSuccess());
            assertEquals(1, region.released.get());
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable cause) throws T {
        throw (T) cause;
    }

    @ParameterizedTest
    @EnumSource
    void shouldGoOnIfRegionThrowsWhenReleased(Transport transport) throws Exception {
        TestRegion region = new TestRegion(Loops.pattern(1000)) {
            @Override
            protected void deallocate() {
                super.deallocate();
                throw new IllegalStateException("a region's");
            }
        };
        try (Ends ends = new Ends(transport, 1, recorder);
                Ends.Pair pair = ends.connect()) {
            ChannelFuture write = pair.channel().writeAndFlush(region);
            ChannelFuture next = pair.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {7}));
            assertArrayEquals(Loops.pattern(1000), pair.peer().getInputStream().readNBytes(1000));
            assertEquals(7, pair.peer().getInputStream().read());
            assertTrue(Ends.await(write).isSuccess());
            assertTrue(Ends.await(next).isSuccess());
            assertEquals(1, region.released.get());
        }
    }

    /** From inside of the region's own code, and of a listener of its progress. */
    @ParameterizedTest
    @EnumSource
    void shouldCloseInsideOfRegion(Transport transport) throws Exception {
        try (Ends ends = new Ends(transport, 1, recorder)) {
            for (boolean inProgress : new boolean[] {false, true}) {
                try (Ends.Pair pair = ends.connect()) {
                    TestRegion region = new TestRegion(Loops.pattern(MUCH)) {
                        @Override
                        public long transferTo(WritableByteChannel target, long position) throws IOException {
                            if (!inProgress && position > MUCH / 2) {
                                pair.channel().close();
                                return 0;
                            }
                            return super.transferTo(target, position);
                        }
                    };
                    ChannelProgressivePromise promise = pair.channel().newProgressivePromise();
                    promise.addListener(new ChannelProgressiveFutureListener() {
                        @Override
                        public void operationProgressed(ChannelProgressiveFuture future, long now, long total) {
                            if (inProgress) {
                                pair.channel().close();
                            }
                        }

                        @Override
                        public void operationComplete(ChannelProgressiveFuture future) {}
                    });
                    pair.channel().writeAndFlush(region, promise);
                    if (inProgress) {
                        // What the socket takes may go out still, and with a reader this may be all of it.
                        Ends.await(promise);
                    }
                    byte[] arrived = Loops.readFully(pair.peer());
                    assertArrayEquals(Loops.pattern(arrived.length), arrived);
                    assertInstanceOf(
                            ClosedChannelException.class, Ends.await(promise).cause());
                    Ends.await(pair.channel().closeFuture());
                    assertEquals(1, region.released.get());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGoOnWithRegionOnOtherLoop(Transport transport) throws Exception {
        File file = file(MUCH);
        try (Ends ends = new Ends(transport, 2, recorder);
                Ends.Pair pair = ends.connect()) {
            DefaultFileRegion region = new DefaultFileRegion(file, 0, MUCH);
            ChannelFuture write = pair.channel().writeAndFlush(region);
            byte[] arrived = new byte[MUCH];
            int moves = 20;
            for (int i = 0; i < moves; i++) {
                EventLoop next = ends.next();
                assertTrue(Ends.await(pair.channel().deregister()).isSuccess());
                assertTrue(Ends.await(next.register(pair.channel())).isSuccess());
                pair.channel().flush();
                pair.peer().getInputStream().readNBytes(arrived, i * (MUCH / moves), MUCH / moves);
            }
            int done = MUCH / moves * moves;
            pair.peer().getInputStream().readNBytes(arrived, done, MUCH - done);
            assertArrayEquals(Loops.pattern(MUCH), arrived);
            assertTrue(Ends.await(write).isSuccess(), () -> String.valueOf(write.cause()));
            assertEquals(0, region.refCnt());
        }
    }

    /** Neither threads nor descriptors, but for the file's own. */
    @ParameterizedTest
    @EnumSource
    void shouldHoldNoThreadForSlowReader(Transport transport) throws Exception {
        int connections = 100;
        File file = file(MUCH);
        List<Ends.Pair> pairs = new ArrayList<>();
        try (Ends ends = new Ends(transport, 1, recorder)) {
            for (int i = 0; i < connections; i++) {
                pairs.add(ends.connect());
            }
            long workers = count("/proc/self/task", "iou-wrk");
            long descriptors = count("/proc/self/fd", "");
            for (Ends.Pair pair : pairs) {
                DefaultFileRegion region = new DefaultFileRegion(file, 0, MUCH);
                pair.channel().writeAndFlush(region);
                // The first bytes: then the region is under way.
                assertEquals(0, pair.peer().getInputStream().read());
            }
            pairs.get(0).onLoop(() -> null);
            // Those of other tests may end meanwhile.
            long now = count("/proc/self/task", "iou-wrk");
            assertTrue(now <= workers, () -> now - workers + " more threads of the kernel");
            long more = count("/proc/self/fd", "") - descriptors;
            assertTrue(more <= connections + 10, () -> more + " more descriptors");
            for (Ends.Pair pair : pairs) {
                pair.close();
            }
        }
    }

    private static long count(String path, String name) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of(path))) {
            return entries.filter(entry -> name.isEmpty() || nameOf(entry).startsWith(name))
                    .count();
        }
    }

    private static String nameOf(Path task) {
        try {
            return Files.readString(task.resolve("comm"));
        } catch (IOException e) {
            // It has ended.
            return "";
        }
    }
}
