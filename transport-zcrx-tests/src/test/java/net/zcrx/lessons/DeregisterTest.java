// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import net.zcrx.ZcrxSocketChannel;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A channel leaves its loop, and goes on with another one. */
@ExtendWith(Invariants.class)
class DeregisterTest {
    private static final int MIB = 1 << 20;

    @RegisterExtension
    private final Loops loops = new Loops(2);

    private static void move(Loops.Pair pair, EventLoop to) throws Exception {
        ChannelFuture left = pair.channel().deregister();
        assertTrue(left.await(Loops.SECONDS, TimeUnit.SECONDS), "The channel does not leave its loop.");
        ChannelFuture there = to.register(pair.channel());
        assertTrue(there.await(Loops.SECONDS, TimeUnit.SECONDS));
        assertTrue(there.isSuccess(), () -> String.valueOf(there.cause()));
    }

    /** Sends in both directions, and moves to and fro meanwhile. */
    @Test
    void shouldMoveWithDataAndWritesInFlight() throws Exception {
        Recorder recorder = new Recorder();
        byte[] data = Loops.pattern(16 * MIB);
        try (Loops.Pair pair = loops.connect(recorder)) {
            CompletableFuture<Void> sent = pair.sendAll(data);
            CompletableFuture<byte[]> arriving = CompletableFuture.supplyAsync(() -> readN(pair.peer(), data.length));
            ChannelFuture write = pair.channel().writeAndFlush(Unpooled.wrappedBuffer(data));
            for (int i = 0; i < 50; i++) {
                move(pair, loops.loop(i & 1));
            }
            assertArrayEquals(data, recorder.awaitBytes(data.length));
            assertArrayEquals(data, arriving.get(Loops.SECONDS, TimeUnit.SECONDS));
            assertTrue(write.await(Loops.SECONDS, TimeUnit.SECONDS));
            assertTrue(write.isSuccess());
            sent.get(Loops.SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void shouldMoveToAnotherGroupWithBuffersOfOldLoopHeld() throws Exception {
        Queue<ByteBuf> held = new ConcurrentLinkedQueue<>();
        Recorder recorder = new Recorder() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                held.add((ByteBuf) message);
                record((ByteBuf) message);
            }
        };
        Loops others = new Loops(1);
        try (Loops.Pair pair = loops.connect(recorder)) {
            pair.send(Loops.pattern(100_000));
            recorder.awaitBytes(100_000);
            move(pair, others.loop(0));
            pair.send(Loops.pattern(100_000));
            recorder.awaitBytes(200_000);

            loops.letRun();
            others.letRun();
            assertTrue(loops.heldBuffers() > 0);
            assertTrue(others.heldBuffers() > 0);
            ByteBuf all = Unpooled.buffer();
            held.forEach(all::writeBytes);
            assertEquals(Unpooled.wrappedBuffer(Loops.pattern(100_000), Loops.pattern(100_000)), all);
            held.forEach(ByteBuf::release);
        } finally {
            others.end();
        }
    }

    private static RecvByteBufAllocator allocatorThatRuns(Runnable task) {
        return new DefaultMaxMessagesRecvByteBufAllocator() {
            @Override
            @SuppressWarnings("deprecation") // The type that the method must return.
            public Handle newHandle() {
                return new MaxMessageHandle() {
                    @Override
                    public int guess() {
                        task.run();
                        return 1024;
                    }
                };
            }
        };
    }

    /** The old loop ends a pass in which the channel left, while the new loop has it already and is busy. */
    @Test
    void shouldBeServedByItsNewLoopOnly() throws Exception {
        Recorder recorder = new Recorder();
        Queue<Boolean> onOwnLoop = new ConcurrentLinkedQueue<>();
        AtomicReference<EventLoop> own = new AtomicReference<>();
        // The channel asks it before it delivers; a pipeline would pass the data on to the right thread.
        RecvByteBufAllocator asked =
                allocatorThatRuns(() -> onOwnLoop.add(own.get().inEventLoop()));
        Bootstrap bootstrap = loops.client(recorder)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.RECVBUF_ALLOCATOR, asked);
        try (Loops.Pair pair = Loops.connect(bootstrap)) {
            EventLoop from = pair.channel().eventLoop();
            EventLoop to = from == loops.loop(0) ? loops.loop(1) : loops.loop(0);
            pair.receiveUnwanted(loops, new byte[] {1});
            own.set(to);
            CountDownLatch registered = new CountDownLatch(1);
            CountDownLatch oldPassOver = new CountDownLatch(1);
            ChannelPromise left = pair.channel().newPromise();
            left.addListener(future -> {
                to.register(pair.channel());
                to.execute(() -> {
                    pair.channel().read();
                    registered.countDown();
                    Loops.awaitUninterruptibly(oldPassOver);
                });
                Loops.awaitUninterruptibly(registered);
                from.execute(oldPassOver::countDown);
            });
            pair.channel().deregister(left);
            recorder.awaitBytes(1);
            assertArrayEquals(new Boolean[] {true}, onOwnLoop.toArray());
        }
    }

    @Test
    void shouldLeaveLoopIfClosedAtTheSameTime() throws Exception {
        Recorder recorder = new Recorder();
        try (Loops.Pair pair = loops.connect(recorder)) {
            ChannelFuture[] futures = pair.onLoop(() -> {
                ChannelFuture left = pair.channel().deregister();
                // In the task after the one in which the channel leaves.
                ChannelFuture[] both = {left, null};
                CompletableFuture<ChannelFuture> close = new CompletableFuture<>();
                pair.channel()
                        .eventLoop()
                        .execute(() -> close.complete(pair.channel().close()));
                pair.channel().eventLoop().execute(() -> both[1] = close.join());
                return both;
            });
            assertTrue(futures[0].await(Loops.SECONDS, TimeUnit.SECONDS), "The channel does not leave its loop.");
            loops.letRun();
            assertTrue(futures[1].await(Loops.SECONDS, TimeUnit.SECONDS));
            assertFalse(pair.channel().isOpen());
            assertEquals(0, Loops.readFully(pair.peer()).length);
        }
    }

    @Test
    void shouldGoOnConnectingOnNewLoop() throws Exception {
        try (FullBacklog listener = new FullBacklog()) {
            ZcrxSocketChannel channel = new ZcrxSocketChannel();
            loops.loop(0).register(channel).sync();
            ChannelFuture connect = channel.connect(listener.address());
            loops.letRun();
            channel.deregister().sync();
            loops.loop(1).register(channel).sync();
            listener.accept();
            assertTrue(connect.await(Loops.SECONDS, TimeUnit.SECONDS), "The connection attempt is forgotten.");
            assertTrue(connect.isSuccess());
            channel.close().sync();
        }
    }

    private static byte[] readN(Socket socket, int count) {
        try {
            return socket.getInputStream().readNBytes(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
