// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a user's executor or allocator throws into the loop is that channel's alone: the others of the loop go on. */
@SuppressWarnings("deprecation") // Handlers on executors of their own.
class IsolationTest {
    @RegisterExtension
    final Loops loops = new Loops(1);

    private final Recorder recorder = new Recorder();

    /** Ten connections whose first handler's executor is full, ten ordinary ones on the same loop. */
    @Test
    void shouldServeOthersBesideFullExecutors() throws Exception {
        EventExecutorGroup full = new DefaultEventExecutorGroup(
                1, new DefaultThreadFactory("full", true), 16, RejectedExecutionHandlers.reject());
        CountDownLatch over = new CountDownLatch(1);
        full.submit(() -> Loops.awaitUninterruptibly(over));
        List<Socket> refused = new ArrayList<>();
        List<Loops.Pair> ordinary = new ArrayList<>();
        Channel server = echoOn(full);
        try {
            for (int i = 0; i < 10; i++) {
                ordinary.add(loops.connect(new EchoHandler()));
                refused.add(new Socket());
                refused.get(i).connect(server.localAddress());
                refused.get(i).setSoTimeout(Loops.SECONDS * 1000);
            }
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < 10; i++) {
                    sendIfOpen(refused.get(i), message(100 + i, round));
                    assertEchoes(ordinary.get(i), message(i, round));
                }
            }
        } finally {
            over.countDown();
            for (Socket each : refused) {
                each.close();
            }
            for (Loops.Pair pair : ordinary) {
                pair.close();
            }
            server.close().sync();
            full.shutdownGracefully(0, Loops.SECONDS, TimeUnit.SECONDS).sync();
        }
    }

    private static void assertEchoes(Loops.Pair pair, byte[] message) throws IOException {
        pair.send(message);
        assertArrayEquals(message, pair.peer().getInputStream().readNBytes(message.length));
    }

    private static byte[] message(int connection, int round) {
        byte[] message = new byte[3000 + connection];
        Arrays.fill(message, (byte) (connection * 7 + round));
        return message;
    }

    /** Data that its pipeline has refused ends a connection, so that the peer may have gone. */
    private static void sendIfOpen(Socket peer, byte[] data) {
        try {
            peer.getOutputStream().write(data);
        } catch (IOException e) {
            assertTrue(e.getMessage().contains("reset") || e.getMessage().contains("pipe"), e::toString);
        }
    }

    static Stream<Throwable> refusals() {
        return Stream.of(
                new RejectedExecutionException("full"), new IllegalStateException("broken"), new Error("broken"));
    }

    /** An executor that throws at each event after the first ones, whatever the event. */
    @ParameterizedTest
    @MethodSource("refusals")
    void shouldEndOnlyConnectionWhoseExecutorThrows(Throwable refusal) throws Exception {
        ThrowingExecutor executor = new ThrowingExecutor();
        try (Loops.Pair other = loops.connect(new EchoHandler())) {
            for (boolean half : new boolean[] {false, true}) {
                executor.refusal = null;
                Bootstrap bootstrap = loops.client(new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(executor, new EchoHandler());
                            }
                        })
                        .option(ChannelOption.ALLOW_HALF_CLOSURE, half);
                try (Loops.Pair pair = Loops.connect(bootstrap)) {
                    executor.refusal = refusal;
                    pair.send(new byte[100_000]);
                    assertEchoes(other);
                    // The data was refused.
                    assertTrue(pair.channel().closeFuture().await(Loops.SECONDS, TimeUnit.SECONDS));
                }
                executor.refusal = null;
                try (Loops.Pair pair = Loops.connect(bootstrap)) {
                    executor.refusal = refusal;
                    // Nothing but events.
                    pair.peer().shutdownOutput();
                    assertEchoes(other);
                }
            }
        } finally {
            executor.refusal = null;
            executor.shutdownGracefully(0, Loops.SECONDS, TimeUnit.SECONDS).sync();
        }
    }

    /** A listener whose first handler's executor throws goes on, and the connection that it lost is closed. */
    @ParameterizedTest
    @MethodSource("refusals")
    void shouldCloseConnectionThatListenerCannotHandOn(Throwable refusal) throws Exception {
        ThrowingExecutor executor = new ThrowingExecutor();
        ServerBootstrap bootstrap = loops.server(new EchoHandler());
        Channel server = bootstrap.bind().sync().channel();
        try (Loops.Pair other = loops.connect(new EchoHandler())) {
            executor.submit(() -> server.pipeline().addFirst(executor, new PassingHandler()))
                    .sync();
            executor.refusal = refusal;
            try (Socket peer = new Socket()) {
                peer.setSoTimeout(Loops.SECONDS * 1000);
                peer.connect(server.localAddress());
                assertEquals(-1, peer.getInputStream().read());
            }
            assertEchoes(other);
            executor.refusal = null;
            try (Socket peer = new Socket()) {
                peer.setSoTimeout(Loops.SECONDS * 1000);
                peer.connect(server.localAddress());
                peer.getOutputStream().write(1);
                assertEquals(1, peer.getInputStream().read());
            }
        } finally {
            executor.refusal = null;
            server.close().sync();
            executor.shutdownGracefully(0, Loops.SECONDS, TimeUnit.SECONDS).sync();
        }
    }

    static Stream<Throwable> failures() {
        return Stream.concat(refusals(), Stream.of(new OutOfMemoryError("none"), new StackOverflowError()));
    }

    /** Each method of a user's own receive handle throws: the channel is told, and gets its data all the same. */
    @ParameterizedTest
    @MethodSource("failures")
    void shouldDeliverBesideHandleThatThrows(Throwable failure) throws Exception {
        try (Loops.Pair other = loops.connect(new EchoHandler())) {
            for (String method : new String[] {"reset", "guess", "lastBytesRead", "continueReading", "readComplete"}) {
                Recorder told = new Recorder();
                Bootstrap bootstrap = loops.client(told)
                        .option(ChannelOption.RECVBUF_ALLOCATOR, new ThrowingAllocator(method, failure));
                try (Loops.Pair pair = Loops.connect(bootstrap)) {
                    byte[] data = Loops.pattern(10_000);
                    pair.send(data);
                    assertArrayEquals(data, told.awaitBytes(data.length), method);
                    told.awaitEvent(failure);
                    assertTrue(pair.channel().isActive());
                }
                assertEchoes(other);
            }
        }
    }

    /** So does the end of the input. */
    @ParameterizedTest
    @MethodSource("failures")
    void shouldTellEndBesideHandleThatThrows(Throwable failure) throws Exception {
        Bootstrap bootstrap = loops.client(recorder)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new ThrowingAllocator("readComplete", failure));
        try (Loops.Pair pair = Loops.connect(bootstrap)) {
            pair.peer().shutdownOutput();
            recorder.awaitEvent(ChannelInputShutdownReadComplete.INSTANCE);
            recorder.awaitEvent(failure);
            assertTrue(pair.channel().isOpen());
        }
        assertFalse(loops.group.isShuttingDown());
    }

    private Channel echoOn(EventExecutorGroup executors) throws InterruptedException {
        return loops.server(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel child) {
                        child.pipeline().addLast(executors, new EchoHandler());
                    }
                })
                .bind()
                .sync()
                .channel();
    }

    private static void assertEchoes(Loops.Pair pair) throws IOException {
        byte[] data = Loops.pattern(5000);
        pair.send(data);
        assertArrayEquals(data, pair.peer().getInputStream().readNBytes(data.length));
    }

    /** Netty leaves out a handler that overrides nothing. */
    private static final class PassingHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.fireChannelRead(message);
        }
    }

    /** Of a pipeline's handlers: throws instead of taking a task. */
    private static final class ThrowingExecutor extends SingleThreadEventExecutor {
        volatile Throwable refusal;

        ThrowingExecutor() {
            super(null, new DefaultThreadFactory("throwing", true), true);
        }

        @Override
        protected void run() {
            do {
                Runnable task = takeTask();
                if (task != null) {
                    task.run();
                }
            } while (!confirmShutdown());
        }

        @Override
        public void execute(Runnable task) {
            Throwable now = refusal;
            if (now instanceof RuntimeException) {
                throw (RuntimeException) now;
            }
            if (now != null) {
                throw (Error) now;
            }
            super.execute(task);
        }
    }

    /** Its handles throw in one of their methods. */
    private static final class ThrowingAllocator extends DefaultMaxMessagesRecvByteBufAllocator {
        private final String method;
        private final Throwable failure;

        ThrowingAllocator(String method, Throwable failure) {
            this.method = method;
            this.failure = failure;
        }

        private void called(String now) {
            if (now.equals(method)) {
                if (failure instanceof RuntimeException) {
                    throw (RuntimeException) failure;
                }
                throw (Error) failure;
            }
        }

        @Override
        @SuppressWarnings("deprecation") // The type that the method must return.
        public RecvByteBufAllocator.Handle newHandle() {
            return new MaxMessageHandle() {
                @Override
                public int guess() {
                    called("guess");
                    return 4096;
                }

                @Override
                public void reset(ChannelConfig config) {
                    called("reset");
                    super.reset(config);
                }

                @Override
                public void lastBytesRead(int bytes) {
                    called("lastBytesRead");
                    super.lastBytesRead(bytes);
                }

                @Override
                public boolean continueReading() {
                    called("continueReading");
                    return super.continueReading();
                }

                @Override
                public void readComplete() {
                    called("readComplete");
                    super.readComplete();
                }
            };
        }
    }
}
