// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
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
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.zcrx.lessons.Ends.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** File regions are sent, and end, as with epoll, in every way in which they can end. */
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
                        writes.addAll(writeAll(pair.channel(), header, oneFlush, regions));
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

    /** A small answer is one packet, and not one for its head and one for its file; epoll's is two. */
    @Test
    void shouldSendSmallFileInOnePacketWithWhatStandsBefore() throws Exception {
        File file = file(1000);
        try (Ends ends = new Ends(Transport.ZCRX, 1, recorder);
                Ends.Pair pair = ends.connect()) {
            pair.onLoop(() -> writeAll(pair.channel(), true, true, new DefaultFileRegion(file, 0, 1000)));
            assertEquals(1010, pair.peer().getInputStream().readNBytes(1010).length);
            assertEquals(1, dataSegments(pair.peer()));
            // Of an empty region nothing follows that could be waited for.
            pair.onLoop(() -> writeAll(pair.channel(), true, true, new DefaultFileRegion(file, 0, 0)));
            assertEquals(10, pair.peer().getInputStream().readNBytes(10).length);
            assertEquals(2, dataSegments(pair.peer()));
        }
    }

    /** How many segments with data this end has received, by the kernel's count. */
    private static int dataSegments(Socket end) throws Exception {
        Process ss = new ProcessBuilder("ss", "-Htin", "sport = :" + end.getLocalPort())
                .redirectErrorStream(true)
                .start();
        String said = new String(ss.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher count = Pattern.compile("data_segs_in:(\\d+)").matcher(said);
        assertTrue(count.find(), said);
        return Integer.parseInt(count.group(1));
    }

    private static List<ChannelFuture> writeAll(
            Channel channel, boolean header, boolean oneFlush, FileRegion... regions) {
        List<ChannelFuture> writes = new ArrayList<>();
        if (header) {
            writes.add(channel.write(Unpooled.wrappedBuffer(new byte[10])));
        }
        for (FileRegion region : regions) {
            if (!oneFlush) {
                channel.flush();
            }
            writes.add(channel.write(region));
        }
        channel.flush();
        return writes;
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
                            Ends.await("the socket is full", pair::isFull);
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

    /** What a listener is told; it throws each time. On the loop's thread. */
    private static final class Progress implements ChannelProgressiveFutureListener {
        private final FileRegion region;
        private final List<Long> told = new ArrayList<>();
        private int wrong;

        Progress(FileRegion region) {
            this.region = region;
        }

        @Override
        public void operationProgressed(ChannelProgressiveFuture future, long now, long total) {
            told.add(now);
            if (now != region.transferred() || total != MUCH) {
                wrong++;
            }
            throw new IllegalStateException("a listener's");
        }

        @Override
        public void operationComplete(ChannelProgressiveFuture future) {}
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellProgressOfRegionFromItsPosition(Transport transport) throws Exception {
        File file = file(MUCH + 1000);
        try (Ends ends = new Ends(transport, 1, recorder);
                Ends.Pair pair = ends.connect()) {
            DefaultFileRegion region = new DefaultFileRegion(file, 777, MUCH);
            Progress progress = new Progress(region);
            ChannelProgressivePromise promise = pair.channel().newProgressivePromise();
            promise.addListener(progress);
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
                assertEquals(0, progress.wrong);
                List<Long> told = progress.told;
                assertEquals(told.stream().sorted().distinct().toList(), told);
                assertEquals(MUCH, told.get(told.size() - 1));
                return null;
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
            Ends.await("the socket is full", pair::isFull);
            try (RandomAccessFile truncated = new RandomAccessFile(file, "rw")) {
                truncated.setLength(MIB);
            }
            Loops.readFully(pair.peer());
            assertInstanceOf(IOException.class, Ends.await(write).cause());
            assertEquals(0, region.refCnt());
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
