// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static net.zcrx.lessons.TestFiles.NEW;
import static net.zcrx.lessons.TestFiles.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.zcrx.file.ZcrxFile;
import net.zcrx.file.ZcrxFileException;
import net.zcrx.file.ZcrxFileSink;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a channel receives is in the file, in order, whoever else has the buffers, and however slow the disk is. */
@ExtendWith(Invariants.class)
class FileSinkTest {
    private static final int MIB = 1 << 20;
    private static final int EBADF = 9;

    @RegisterExtension
    final Loops loops = new Loops(2);

    @TempDir
    Path directory;

    private ZcrxFile open(EventLoop loop, OpenOption... options) throws Exception {
        return get(ZcrxFile.open(loop, directory.resolve("file"), options));
    }

    /** On the channel's loop, as a handler that is added on another thread hears nothing for a moment. */
    private static void add(Loops.Pair pair, ChannelHandler... handlers) throws Exception {
        pair.onLoop(() -> {
            for (int i = handlers.length - 1; i >= 0; i--) {
                pair.channel().pipeline().addFirst(handlers[i]);
            }
            return null;
        });
    }

    /** Gives a duplicate of each buffer to others, too. */
    private static ChannelHandler sharing(Queue<ByteBuf> others) {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                others.add(((ByteBuf) message).retainedDuplicate());
                ctx.fireChannelRead(message);
            }
        };
    }

    private EventLoop otherLoop(Loops.Pair pair) {
        return loops.loop(pair.channel().eventLoop() == loops.loop(0) ? 1 : 0);
    }

    /** A connection whose sink takes its place when its file is open. */
    private Loops.Pair connect(boolean autoRead) throws Exception {
        return Loops.connect(
                loops.client(new ChannelInboundHandlerAdapter()).option(ChannelOption.AUTO_READ, autoRead));
    }

    private void assertStored(byte[] data) throws Exception {
        assertArrayEquals(data, Files.readAllBytes(directory.resolve("file")));
    }

    /** Other threads hold, and release, what is being written. */
    @Test
    void shouldWriteWhatChannelReceives() throws Exception {
        byte[] data = Loops.pattern(32 * MIB);
        BlockingQueue<ByteBuf> shared = new LinkedBlockingQueue<>();
        Thread releasing = new Thread(() -> {
            try {
                ByteBuf buffer;
                while ((buffer = shared.poll(Loops.SECONDS, TimeUnit.SECONDS)) != null && buffer.isReadable()) {
                    buffer.release();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        releasing.start();
        Loops.Pair pair = connect(false);
        ZcrxFile file = open(pair.channel().eventLoop(), NEW);
        ZcrxFileSink sink = new ZcrxFileSink(file);
        add(pair, sharing(shared), sink);
        pair.channel().config().setAutoRead(true);
        CompletableFuture<Void> sent = pair.sendAll(data);
        sent.get(Loops.SECONDS, TimeUnit.SECONDS);
        pair.peer().close();
        assertEquals(data.length, get(sink.written()));
        assertEquals(data.length, sink.position());
        get(file.close());
        shared.add(Unpooled.EMPTY_BUFFER);
        releasing.join();
        assertStored(data);
        pair.close();
    }

    /** Many small ones, to a file of another loop, from a place in the middle. */
    @Test
    void shouldGatherSmallMessagesForFileOfAnotherLoop() throws Exception {
        byte[] data = Loops.pattern(200_000);
        Loops.Pair pair = connect(true);
        ZcrxFile file = open(otherLoop(pair), NEW);
        ZcrxFileSink sink = new ZcrxFileSink(file, 100, 10_000);
        add(pair, sink);
        for (int i = 0; i < data.length; i += 50) {
            pair.send(Arrays.copyOfRange(data, i, i + 50));
        }
        pair.peer().shutdownOutput();
        assertEquals(data.length + 100L, get(sink.written()));
        get(file.close());
        byte[] stored = Files.readAllBytes(file.path());
        assertArrayEquals(data, Arrays.copyOfRange(stored, 100, stored.length));
        pair.close();
    }

    /** A loop that stands still is as good as a disk that does. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldStopReadingWhileDiskIsSlow(boolean autoRead) throws Exception {
        byte[] data = Loops.pattern(24 * MIB);
        int limit = MIB;
        Loops.Pair pair = connect(false);
        EventLoop other = otherLoop(pair);
        ZcrxFile file = open(other, NEW);
        ZcrxFileSink sink = new ZcrxFileSink(file, 0, limit);
        add(pair, sink, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                ctx.fireChannelReadComplete();
                if (!autoRead) {
                    ctx.channel().read();
                }
            }
        });
        CompletableFuture<?>[] sent = {null};
        Loops.whileStopped(other, () -> {
            if (autoRead) {
                pair.channel().config().setAutoRead(true);
            } else {
                pair.channel().read();
            }
            sent[0] = pair.sendAll(data);
            TestFiles.await("the limit is reached", () -> heldBytes() >= limit);
            TestFiles.await(
                    "reading has stopped", () -> !pair.channel().config().isAutoRead());
            long held = steadyHeldBytes(pair);
            assertTrue(held < data.length / 2, held + " bytes are held.");
            assertFalse(sent[0].isDone());
            assertEquals(0, sink.position());
        });
        sent[0].get(Loops.SECONDS, TimeUnit.SECONDS);
        pair.peer().shutdownOutput();
        assertEquals(data.length, get(sink.written()));
        assertEquals(autoRead, pair.channel().config().isAutoRead());
        get(file.close());
        assertStored(data);
        pair.close();
    }

    /** Waits until what is held stays the same, though the other side wants to send. */
    private long steadyHeldBytes(Loops.Pair pair) throws Exception {
        long held = -1;
        while (held != (held = heldBytes())) {
            pair.onLoop(() -> null);
            Thread.sleep(20);
        }
        return held;
    }

    private long heldBytes() {
        return loops.allMetrics().stream().mapToLong(each -> each.heldBytes()).sum();
    }

    /** The connection goes on, so that its end is seen; what it brings is released. */
    @Test
    void shouldTellFailureAndReleaseWhatComesLater() throws Exception {
        Files.write(directory.resolve("file"), new byte[0]);
        Loops.Pair pair = connect(true);
        ZcrxFile file = open(pair.channel().eventLoop(), StandardOpenOption.READ);
        ZcrxFileSink sink = new ZcrxFileSink(file, 0, 10_000);
        CompletableFuture<Throwable> caught = new CompletableFuture<>();
        add(pair, sink, new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                caught.complete(cause);
            }
        });
        CompletableFuture<Void> sent = pair.sendAll(Loops.pattern(5 * MIB));
        ZcrxFileException failure = TestFiles.failure(EBADF, sink.written());
        assertSame(failure, caught.get(Loops.SECONDS, TimeUnit.SECONDS));
        sent.get(Loops.SECONDS, TimeUnit.SECONDS);
        pair.peer().close();
        assertTrue(pair.channel().closeFuture().await(Loops.SECONDS, TimeUnit.SECONDS));
        assertEquals(0, sink.position());
        get(file.close());
        pair.close();
    }

    /** The file's loop writes from the memory of the channel's, to which others release it meanwhile. */
    @Test
    void shouldWriteWhatOtherThreadsReleaseToo() throws Exception {
        byte[] data = Loops.pattern(8 * MIB);
        Loops.Pair pair = connect(true);
        ZcrxFile file = open(otherLoop(pair), NEW);
        ZcrxFileSink sink = new ZcrxFileSink(file);
        BlockingQueue<ByteBuf> others = new LinkedBlockingQueue<>();
        add(pair, sharing(others), sink);
        AtomicInteger seen = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Thread thread = new Thread(() -> releaseAll(others, seen, data.length));
            thread.start();
            threads.add(thread);
        }
        pair.send(data);
        pair.peer().close();
        assertEquals(data.length, get(sink.written()));
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(Loops.SECONDS));
        }
        get(file.close());
        assertStored(data);
        assertTrue(loops.allMetrics().stream().anyMatch(metrics -> metrics.offLoopReturns() > 0));
        pair.close();
    }

    /** Releases buffers until {@code seen}, which threads share, says that all bytes have come. */
    private static void releaseAll(Queue<ByteBuf> buffers, AtomicInteger seen, int bytes) {
        while (seen.get() < bytes) {
            ByteBuf buffer = buffers.poll();
            if (buffer != null) {
                seen.addAndGet(buffer.readableBytes());
                buffer.release();
            } else {
                Thread.yield();
            }
        }
    }

    /** From then on, others get what comes. */
    @Test
    void shouldEndWhenRemoved() throws Exception {
        byte[] data = Loops.pattern(1000);
        Recorder recorder = new Recorder();
        Loops.Pair pair = loops.connect(recorder);
        ZcrxFile file = open(pair.channel().eventLoop(), NEW);
        ZcrxFileSink sink = new ZcrxFileSink(file);
        add(pair, sink);
        pair.send(data);
        TestFiles.await("all is written", () -> sink.position() == data.length);
        assertFalse(sink.written().isDone());
        pair.channel().pipeline().remove(sink);
        assertEquals(data.length, get(sink.written()));
        pair.send(data);
        recorder.awaitBytes(data.length);
        get(file.close());
        assertStored(data);
        pair.close();
    }

    @Test
    void shouldBeDoneWhenLoopsEnd() throws Exception {
        for (int round = 0; round < 10; round++) {
            Loops ending = new Loops(2);
            Loops.Pair pair = Loops.connect(
                    ending.client(new ChannelInboundHandlerAdapter()).option(ChannelOption.AUTO_READ, false));
            Path path = directory.resolve("file" + round);
            ZcrxFile file = get(ZcrxFile.open(ending.loop(round % 2), path, NEW));
            ZcrxFileSink sink = new ZcrxFileSink(file);
            add(pair, sink);
            pair.channel().config().setAutoRead(true);
            CompletableFuture<Void> sent = pair.sendAll(Loops.pattern(64 * MIB));
            TestFiles.await("something is written", () -> sink.position() > 0);
            ending.shutDown();
            assertTrue(sink.written().await(Loops.SECONDS, TimeUnit.SECONDS));
            assertThrows(Exception.class, () -> sent.get(Loops.SECONDS, TimeUnit.SECONDS));
            assertEquals(0, ending.heldBuffers());
            assertTrue(Files.size(path) >= sink.position());
            assertEquals(0, TestFiles.descriptorsBelow(directory));
            pair.peer().close();
            Files.delete(path);
        }
    }

    @Test
    void shouldRefuseWrongNumbers() throws Exception {
        ZcrxFile file = open(loops.loop(0), NEW);
        assertThrows(IllegalArgumentException.class, () -> new ZcrxFileSink(file, -1, 1));
        assertThrows(IllegalArgumentException.class, () -> new ZcrxFileSink(file, 0, 0));
        get(file.close());
    }
}
