// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxSocketChannel;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Closing, in every state that a connection can be in. */
@ExtendWith(Invariants.class)
class CloseTest {
    private static final int MIB = 1 << 20;

    @RegisterExtension
    private final Loops loops = new Loops(1);

    private final Recorder recorder = new Recorder();

    @TempDir
    private Path directory;

    @Test
    void shouldSendWhatWasFlushedBeforeClose() throws Exception {
        byte[] data = Loops.pattern(100_000);
        try (Loops.Pair pair = loops.connect(recorder)) {
            List<ChannelFuture> writes = new ArrayList<>();
            pair.onLoop(() -> {
                for (int begin = 0; begin < data.length; begin += 10_000) {
                    writes.add(pair.channel().writeAndFlush(Unpooled.wrappedBuffer(data, begin, 10_000)));
                }
                return pair.channel().close();
            });

            assertArrayEquals(data, Loops.readFully(pair.peer()));
            for (ChannelFuture write : writes) {
                assertTrue(write.await().isSuccess(), () -> "A write that arrived failed: " + write.cause());
            }
            recorder.awaitEvent("unregistered");
            assertEquals(List.of("active", "inactive", "unregistered"), recorder.events());
        }
    }

    @Test
    void shouldFailWhatFullSocketDoesNotTakeBeforeClose() throws Exception {
        byte[] data = Loops.pattern(32 * MIB);
        try (Loops.Pair pair = loops.connect(recorder)) {
            ChannelFuture parked = pair.channel().writeAndFlush(Unpooled.wrappedBuffer(data));
            ChannelFuture next = pair.channel().writeAndFlush(Unpooled.wrappedBuffer(data));
            loops.letRun();
            assertFalse(parked.isDone());

            assertTrue(pair.channel().close().await(Loops.SECONDS, TimeUnit.SECONDS));
            assertInstanceOf(ClosedChannelException.class, parked.await().cause());
            assertInstanceOf(ClosedChannelException.class, next.await().cause());
            byte[] arrived = Loops.readFully(pair.peer());
            assertTrue(arrived.length > 0 && arrived.length < data.length);
            assertArrayEquals(Loops.pattern(arrived.length), arrived);
        }
    }

    @Test
    void shouldCloseInMiddleOfFileRegion() throws Exception {
        Path file = directory.resolve("file");
        Files.write(file, Loops.pattern(32 * MIB));
        try (Loops.Pair pair = loops.connect(recorder)) {
            DefaultFileRegion region = new DefaultFileRegion(file.toFile(), 0, 32 * MIB);
            ChannelFuture write = pair.channel().writeAndFlush(region);
            byte[] begin = pair.peer().getInputStream().readNBytes(MIB);

            assertTrue(pair.channel().close().await(Loops.SECONDS, TimeUnit.SECONDS));
            assertInstanceOf(ClosedChannelException.class, write.await().cause());
            assertEquals(0, region.refCnt());
            byte[] rest = Loops.readFully(pair.peer());
            byte[] expected = Loops.pattern(begin.length + rest.length);
            assertArrayEquals(
                    expected, Unpooled.wrappedBuffer(begin, rest).copy().array());
        }
    }

    @Test
    void shouldCloseWithLingerWhileReading() throws Exception {
        Bootstrap bootstrap = loops.client(recorder).option(ChannelOption.SO_LINGER, 1);
        try (Loops.Pair pair = Loops.connect(bootstrap)) {
            pair.send(new byte[] {1});
            recorder.awaitBytes(1);
            // The thread that waits for lingering sockets is late: meanwhile the loop must not receive again.
            CountDownLatch over = new CountDownLatch(1);
            GlobalEventExecutor.INSTANCE.execute(() -> Loops.awaitUninterruptibly(over));
            ChannelFuture write = pair.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {2}));
            ChannelFuture close = pair.channel().close();
            loops.letRun();
            assertFalse(close.isDone(), "The loop itself has closed the socket, and would have waited for it.");
            over.countDown();

            assertArrayEquals(new byte[] {2}, Loops.readFully(pair.peer()));
            assertTrue(close.await(Loops.SECONDS, TimeUnit.SECONDS));
            assertTrue(write.isSuccess());
            recorder.awaitEvent("unregistered");
        }
    }

    @Test
    void shouldResetWithLingerZero() throws Exception {
        Bootstrap bootstrap = loops.client(recorder).option(ChannelOption.SO_LINGER, 0);
        try (Loops.Pair pair = Loops.connect(bootstrap)) {
            pair.send(new byte[] {1});
            recorder.awaitBytes(1);
            pair.channel().close().sync();
            assertThrows(IOException.class, () -> pair.peer().getInputStream().read());
        }
    }

    @Test
    void shouldCloseForciblyWhileReading() throws Exception {
        try (Loops.Pair pair = loops.connect(recorder)) {
            pair.send(new byte[] {1});
            recorder.awaitBytes(1);
            pair.onLoop(() -> {
                pair.channel().unsafe().closeForcibly();
                return null;
            });
            assertFalse(pair.channel().isOpen());
            assertEquals(0, Loops.readFully(pair.peer()).length);
        }
    }

    @Test
    void shouldCloseForciblyBeforeRegistered() {
        ZcrxSocketChannel channel = new ZcrxSocketChannel();
        channel.unsafe().closeForcibly();
        assertFalse(channel.isOpen());
    }

    @Test
    void shouldCloseRegisteredButNotConnected() throws Exception {
        ZcrxSocketChannel channel = new ZcrxSocketChannel();
        loops.group.register(channel).sync();
        channel.close().sync();
        assertFalse(channel.isOpen());
        try (ServerSocket listener = new ServerSocket(0)) {
            assertInstanceOf(
                    ClosedChannelException.class,
                    channel.connect(listener.getLocalSocketAddress()).await().cause());
        }
    }

    @Test
    void shouldFailConnectThatCloseOvertakes() throws Exception {
        ZcrxSocketChannel channel = new ZcrxSocketChannel();
        loops.group.register(channel).sync();
        try (FullBacklog listener = new FullBacklog()) {
            ChannelFuture connect = channel.connect(listener.address());
            loops.letRun();
            assertFalse(connect.isDone());
            assertTrue(channel.close().await(Loops.SECONDS, TimeUnit.SECONDS));
            assertInstanceOf(ClosedChannelException.class, connect.await().cause());
        }
    }

    @Test
    void shouldCloseInsideOfChannelActive() throws Exception {
        Recorder closing = new Recorder() {
            @Override
            public void channelActive(ChannelHandlerContext ctx) throws Exception {
                super.channelActive(ctx);
                ctx.close();
            }
        };
        try (Loops.Pair pair = loops.connect(closing)) {
            assertEquals(0, Loops.readFully(pair.peer()).length);
            closing.awaitEvent("unregistered");
            assertEquals(List.of("active", "inactive", "unregistered"), closing.events());
        }
    }

    @Test
    void shouldCloseInsideOfHandlerAdded() throws Exception {
        ChannelInboundHandlerAdapter closing = new ChannelInboundHandlerAdapter() {
            @Override
            public void handlerAdded(ChannelHandlerContext ctx) {
                ctx.channel().close();
            }
        };
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ChannelFuture connect = loops.client(closing).connect(listener.getLocalSocketAddress());
            assertTrue(connect.await(Loops.SECONDS, TimeUnit.SECONDS));
            assertInstanceOf(ClosedChannelException.class, connect.cause());
            assertTrue(connect.channel().closeFuture().await(Loops.SECONDS, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldCloseInsideOfExceptionCaught() throws Exception {
        Recorder closing = new Recorder() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                super.channelRead(ctx, message);
                throw new IllegalArgumentException("a handler's");
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                ctx.close();
            }
        };
        try (Loops.Pair pair = loops.connect(closing)) {
            pair.send(new byte[] {1});
            assertEquals(0, Loops.readFully(pair.peer()).length);
            closing.awaitEvent("unregistered");
        }
    }

    /**
     * The handler gets the first part of a buffer and closes; the end has come with the data, so nothing is pending.
     */
    @Test
    void shouldReleasePartsThatNobodyReadsAfterCloseInsideOfChannelRead() throws Exception {
        Recorder closing = new Recorder() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                super.channelRead(ctx, message);
                ctx.close();
            }
        };
        Bootstrap bootstrap =
                loops.client(closing).option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(16));
        try (Loops.Pair pair = Loops.connect(bootstrap)) {
            Loops.whileStopped(pair.channel().eventLoop(), () -> {
                pair.send(Loops.pattern(64));
                pair.peer().shutdownOutput();
            });
            closing.awaitEvent("unregistered");
            assertArrayEquals(Loops.pattern(16), closing.received());
            loops.awaitAllReturned();
        }
    }

    @Test
    void shouldCloseOnce() throws Exception {
        try (Loops.Pair pair = loops.connect(recorder)) {
            ChannelFuture[] closes = pair.onLoop(() -> new ChannelFuture[] {
                pair.channel().close(), pair.channel().close(), pair.channel().disconnect()
            });
            for (ChannelFuture close : closes) {
                assertTrue(close.await(Loops.SECONDS, TimeUnit.SECONDS));
                assertTrue(close.isSuccess());
            }
            assertTrue(pair.channel().close().await(Loops.SECONDS, TimeUnit.SECONDS));
            recorder.awaitEvent("unregistered");
            assertEquals(List.of("active", "inactive", "unregistered"), recorder.events());
        }
    }

    @Test
    void shouldFailWhatIsWrittenAfterClose() throws Exception {
        try (Loops.Pair pair = loops.connect(recorder)) {
            ChannelFuture late = pair.onLoop(() -> {
                pair.channel().close();
                return pair.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {1}));
            });
            assertInstanceOf(ClosedChannelException.class, late.await().cause());
            assertEquals(0, Loops.readFully(pair.peer()).length);
        }
    }

    @Test
    void shouldStayOpenIfClosePromiseIsCancelled() throws Exception {
        try (Loops.Pair pair = loops.connect(recorder)) {
            ChannelPromise promise = pair.channel().newPromise();
            assertTrue(promise.cancel(false));
            pair.channel().close(promise);
            loops.letRun();
            assertTrue(pair.channel().isActive());
            pair.send(new byte[] {7});
            assertArrayEquals(new byte[] {7}, recorder.awaitBytes(1));
        }
    }

    @Test
    void shouldReleaseBuffersOfFailedWrites() throws Exception {
        ByteBuf[] buffers = new ByteBuf[3];
        try (Loops.Pair pair = loops.connect(recorder)) {
            for (int i = 0; i < buffers.length; i++) {
                buffers[i] = pair.channel().alloc().directBuffer(16 * MIB).writeZero(16 * MIB);
                pair.channel().write(buffers[i]);
            }
            pair.channel().flush();
            loops.letRun();
            pair.channel().close().sync();
        }
        for (ByteBuf buffer : buffers) {
            assertEquals(0, buffer.refCnt());
        }
    }
}
