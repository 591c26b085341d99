// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxSocketChannel;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** One direction ends, or both, by either side, in order or by a reset. */
@ExtendWith(Invariants.class)
class HalfCloseTest {
    private static final int MIB = 1 << 20;

    @RegisterExtension
    private final Loops loops = new Loops(1);

    private final Recorder recorder = new Recorder();

    @TempDir
    private Path directory;

    private Loops.Pair connect() throws Exception {
        Bootstrap bootstrap = loops.client(recorder)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.AUTO_CLOSE, false);
        return Loops.connect(bootstrap);
    }

    private static ChannelFuture await(ChannelFuture future) throws InterruptedException {
        assertTrue(future.await(Loops.SECONDS, TimeUnit.SECONDS));
        return future;
    }

    @Test
    void shouldEndEachDirectionByItself() throws Exception {
        try (Loops.Pair pair = connect()) {
            pair.send(new byte[] {1});
            pair.peer().shutdownOutput();
            recorder.awaitEvent(ChannelInputShutdownReadComplete.INSTANCE);
            assertArrayEquals(new byte[] {1}, recorder.received());
            assertTrue(pair.channel().isInputShutdown());

            assertTrue(await(pair.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {2})))
                    .isSuccess());
            assertTrue(await(pair.channel().shutdownOutput()).isSuccess());
            assertArrayEquals(new byte[] {2}, Loops.readFully(pair.peer()));
            assertTrue(pair.channel().isActive());
        }
    }

    @Test
    void shouldReceiveAfterShutdownOutput() throws Exception {
        try (Loops.Pair pair = connect()) {
            assertTrue(await(pair.channel().shutdownOutput()).isSuccess());
            assertEquals(-1, pair.peer().getInputStream().read());
            pair.send(new byte[] {1, 2});
            assertArrayEquals(new byte[] {1, 2}, recorder.awaitBytes(2));
            recorder.awaitEvent(ChannelOutputShutdownEvent.INSTANCE);
            assertInstanceOf(
                    IOException.class,
                    await(pair.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[1])))
                            .cause());
            assertTrue(pair.channel().isOpen());
        }
    }

    @Test
    void shouldSendWhatWasFlushedBeforeShutdownOutput() throws Exception {
        byte[] data = Loops.pattern(50_000);
        try (Loops.Pair pair = connect()) {
            ChannelFuture[] futures = pair.onLoop(() -> new ChannelFuture[] {
                pair.channel().writeAndFlush(Unpooled.wrappedBuffer(data, 0, 100)),
                pair.channel().writeAndFlush(Unpooled.wrappedBuffer(data, 100, data.length - 100)),
                pair.channel().shutdownOutput()
            });
            for (ChannelFuture future : futures) {
                assertTrue(await(future).isSuccess());
            }
            assertArrayEquals(data, Loops.readFully(pair.peer()));
        }
    }

    /**
     * As if flush() had written at once: what the full socket does not take fails, and the end comes behind the rest.
     */
    @Test
    void shouldEndBehindWhatFullSocketTakesOnShutdownOutput() throws Exception {
        try (Loops.Pair pair = connect()) {
            ByteBuf buffer = Unpooled.wrappedBuffer(Loops.pattern(32 * MIB));
            ChannelFuture[] futures = pair.onLoop(() -> new ChannelFuture[] {
                pair.channel().writeAndFlush(buffer),
                pair.channel().shutdownOutput(),
                pair.channel().shutdownOutput()
            });
            assertTrue(await(futures[1]).isSuccess());
            assertInstanceOf(
                    ChannelOutputShutdownException.class, await(futures[0]).cause());
            assertTrue(futures[2].await(Loops.SECONDS, TimeUnit.SECONDS));
            assertEquals(0, buffer.refCnt());
            byte[] arrived = Loops.readFully(pair.peer());
            assertTrue(arrived.length > 0 && arrived.length < 32 * MIB);
            assertArrayEquals(Loops.pattern(arrived.length), arrived);
        }
    }

    /** The second call must not cut off what goes out before the first. */
    @Test
    void shouldEndOutputOnceIfAskedTwice() throws Exception {
        // More than the sockets hold: the write is under way. What they take at once is sent, as with epoll.
        byte[] data = Loops.pattern(64 << 20);
        try (Loops.Pair pair = connect()) {
            ChannelFuture[] ends = pair.onLoop(() -> {
                pair.channel().writeAndFlush(Unpooled.wrappedBuffer(data));
                return new ChannelFuture[] {
                    pair.channel().shutdownOutput(), pair.channel().shutdownOutput()
                };
            });
            byte[] sent = Loops.readFully(pair.peer());
            assertTrue(sent.length > 0 && sent.length < data.length, () -> sent.length + " bytes were sent");
            assertArrayEquals(Arrays.copyOf(data, sent.length), sent);
            for (ChannelFuture end : ends) {
                assertTrue(await(end).isSuccess(), () -> String.valueOf(end.cause()));
            }
        }
    }

    @Test
    void shouldShutDownInput() throws Exception {
        try (Loops.Pair pair = connect()) {
            assertTrue(await(pair.channel().shutdownInput()).isSuccess());
            recorder.awaitEvent(ChannelInputShutdownReadComplete.INSTANCE);
            assertFalse(pair.channel().isOutputShutdown());
            pair.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {5}));
            assertEquals(5, pair.peer().getInputStream().read());
        }
    }

    @Test
    void shouldShutDownBoth() throws Exception {
        try (Loops.Pair pair = connect()) {
            assertTrue(await(pair.channel().shutdown()).isSuccess());
            assertTrue(pair.channel().isShutdown());
            assertEquals(-1, pair.peer().getInputStream().read());
            recorder.awaitEvent(ChannelInputShutdownReadComplete.INSTANCE);
            assertTrue(pair.channel().isOpen());
        }
    }

    /** What came before the reset is delivered, then the reset is told. */
    @Test
    void shouldDeliverWhatCameBeforeReset() throws Exception {
        for (boolean halfClosure : new boolean[] {false, true}) {
            Recorder told = new Recorder();
            byte[] data = Loops.pattern(30_000);
            Bootstrap bootstrap = loops.client(told).option(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure);
            try (Loops.Pair pair = Loops.connect(bootstrap)) {
                Loops.whileStopped(pair.channel().eventLoop(), () -> {
                    pair.send(data);
                    pair.peer().setSoLinger(true, 0);
                    pair.peer().close();
                });
                IOException cause = told.awaitEvent(IOException.class);
                assertTrue(cause.getMessage().contains("Connection reset"), cause::toString);
                // With half-closure only its input has ended, as with epoll: a write would meet the reset.
                told.awaitEvent(halfClosure ? ChannelInputShutdownReadComplete.INSTANCE : "unregistered");
                assertArrayEquals(data, told.received());
                assertEquals(halfClosure, pair.channel().isOpen());
            }
        }
    }

    @Test
    void shouldFailParkedWritesOnReset() throws Exception {
        Path file = directory.resolve("file");
        Files.write(file, Loops.pattern(32 * MIB));
        for (boolean region : new boolean[] {false, true}) {
            Recorder told = new Recorder();
            try (Loops.Pair pair = loops.connect(told)) {
                ZcrxSocketChannel channel = pair.channel();
                Object message = region
                        ? new DefaultFileRegion(file.toFile(), 0, 32 * MIB)
                        : channel.alloc().directBuffer(32 * MIB).writeZero(32 * MIB);
                ChannelFuture parked = channel.writeAndFlush(message);
                ChannelFuture next = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[1]));
                loops.letRun();
                assertFalse(parked.isDone());
                pair.peer().setSoLinger(true, 0);
                pair.peer().close();
                assertInstanceOf(IOException.class, await(parked).cause());
                assertInstanceOf(IOException.class, await(next).cause());
                told.awaitEvent("unregistered");
            }
        }
    }
}
