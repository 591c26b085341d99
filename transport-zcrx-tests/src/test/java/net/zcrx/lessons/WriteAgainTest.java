// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelOutputShutdownException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import net.zcrx.lessons.Ends.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection whose writes' listeners write again ends all the same: by close(), shutdownOutput() or a reset. */
class WriteAgainTest {
    private static final int MANY = 6;

    private final Recorder recorder = new Recorder();

    /** Netty's own discard client: each write's listener writes again. */
    private static final class Flood implements ChannelFutureListener {
        final AtomicInteger writes = new AtomicInteger();
        final AtomicInteger done = new AtomicInteger();
        volatile boolean paused;
        final AtomicInteger failures = new AtomicInteger();
        final AtomicReference<Throwable> first = new AtomicReference<>();
        /** After this many failures it gives up: each comes at once, inside of the last. */
        private static final int MOST_FAILURES = 20;

        private final Channel channel;

        Flood(Channel channel) {
            this.channel = channel;
        }

        void write() {
            channel.writeAndFlush(next()).addListener(this);
        }

        /** The listener is called within the flush that writes, and not after it. */
        void writeWithPromise() {
            channel.writeAndFlush(next(), channel.newPromise().addListener(again -> {
                if (again.isSuccess() && !paused) {
                    writeWithPromise();
                }
                // Last, so that as many are done as were written only when none goes on.
                done.incrementAndGet();
            }));
        }

        private ByteBuf next() {
            writes.incrementAndGet();
            return channel.alloc().directBuffer(16 * 1024).writeZero(16 * 1024);
        }

        /** @param reads whether the peer reads, so that writes go on */
        void awaitBusy(boolean reads) throws Exception {
            AtomicInteger before = new AtomicInteger();
            Ends.await("the connection is busy", () -> {
                int last = before.getAndSet(writes.get());
                return last > 0 && (reads ? last > 1000 : last == writes.get());
            });
        }

        @Override
        public void operationComplete(ChannelFuture future) {
            if (!future.isSuccess()) {
                first.compareAndSet(null, future.cause());
            }
            if (future.isSuccess() || failures.incrementAndGet() < MOST_FAILURES) {
                write();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldCloseWhileListenersWriteAgain(Transport transport) throws Exception {
        try (Ends ends = new Ends(transport, 1, recorder)) {
            for (int kind = 0; kind < 4; kind++) {
                boolean reads = (kind & 1) != 0;
                boolean shutdown = (kind & 2) != 0;
                try (Ends.Pair pair = ends.connect()) {
                    CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> {
                        if (reads) {
                            Peers.skipAll(pair.peer());
                        }
                    });
                    Flood flood = new Flood(pair.channel());
                    pair.channel().eventLoop().execute(flood::write);
                    flood.awaitBusy(reads);
                    // Writes that are done after it was asked for: one may have been with the kernel.
                    AtomicInteger begun = new AtomicInteger();
                    ChannelFuture end = pair.onLoop(() -> {
                        begun.set(flood.writes.get());
                        return shutdown
                                ? pair.channel().shutdownOutput()
                                : pair.channel().close();
                    });
                    assertTrue(Ends.await(end).isSuccess());
                    Ends.await("all writes have failed", () -> flood.failures.get() == Flood.MOST_FAILURES);
                    int more = flood.writes.get() - begun.get() - Flood.MOST_FAILURES;
                    assertTrue(more <= 2, () -> more + " writes went out after the end.");
                    Class<? extends IOException> expected =
                            shutdown ? ChannelOutputShutdownException.class : ClosedChannelException.class;
                    if (flood.first.get().getClass() != expected) {
                        // The one that was under way went out whole; then the first to fail is one that came too late.
                        assertInstanceOf(ClosedChannelException.class, flood.first.get());
                    }
                    reading.get(Loops.SECONDS, TimeUnit.SECONDS);
                }
            }
        }
    }

    /** A fast reader never fills the socket, whose buffers have grown. */
    @ParameterizedTest
    @EnumSource
    void shouldDoOtherThingsWhileListenersWriteAgain(Transport transport) throws Exception {
        try (Ends ends = new Ends(transport, 1, recorder);
                Ends.Pair pair = ends.connect()) {
            CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> Peers.skipAll(pair.peer()));
            Flood flood = new Flood(pair.channel());
            pair.channel().eventLoop().execute(flood::writeWithPromise);
            for (int i = 0; i < 10; i++) {
                flood.awaitBusy(true);
                flood.paused = true;
                Ends.await("all is written", () -> flood.writes.get() == flood.done.get());
                // Else zcrx takes the socket for full still.
                pair.peer().getOutputStream().write(i);
                recorder.awaitBytes(i + 1);
                int writes = pair.onLoop(() -> {
                    int before = flood.writes.get();
                    flood.paused = false;
                    flood.writeWithPromise();
                    return flood.writes.get() - before;
                });
                assertTrue(writes <= 40, () -> writes + " writes went out before the loop's next task.");
            }
            Ends.await(pair.channel().close());
            reading.get(Loops.SECONDS, TimeUnit.SECONDS);
        }
    }

    /** What a handler flushes in channelActive is sent at once, but not all that its listeners add. */
    @ParameterizedTest
    @EnumSource
    void shouldLeaveChannelActiveWhileListenersWriteAgain(Transport transport) throws Exception {
        CompletableFuture<Integer> writes = new CompletableFuture<>();
        ChannelInboundHandlerAdapter starter = new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext ctx) {
                Flood flood = new Flood(ctx.channel());
                flood.writeWithPromise();
                flood.paused = true;
                writes.complete(flood.writes.get());
            }
        };
        try (Ends ends = new Ends(transport, 1, starter);
                Ends.Pair pair = ends.connect()) {
            int before = writes.get(Loops.SECONDS, TimeUnit.SECONDS);
            assertTrue(before <= 40, () -> before + " writes went out in channelActive.");
            assertEquals(before * 16 * 1024, pair.peer().getInputStream().readNBytes(before * 16 * 1024).length);
        }
    }

    /** Of many connections, too, whose sockets fill and empty during one pass of the loop. */
    @Test
    void shouldDoOtherThingsWhileManyWriteAgain() throws Exception {
        List<Ends.Pair> pairs = new ArrayList<>();
        List<CompletableFuture<Void>> reading = new ArrayList<>();
        ExecutorService readers = Executors.newFixedThreadPool(MANY);
        try (Ends ends = new Ends(Transport.ZCRX, 1, recorder)) {
            try {
                List<Flood> floods = new ArrayList<>();
                for (int i = 0; i < MANY; i++) {
                    Ends.Pair pair = ends.connect();
                    pairs.add(pair);
                    reading.add(CompletableFuture.runAsync(() -> Peers.skipAll(pair.peer()), readers));
                    Flood flood = new Flood(pair.channel());
                    floods.add(flood);
                    pair.channel().eventLoop().execute(flood::write);
                }
                for (Flood flood : floods) {
                    flood.awaitBusy(true);
                }
                for (int i = 0; i < 5; i++) {
                    int writes = writesOfPass(pairs.get(0).channel().eventLoop(), floods);
                    assertTrue(writes <= MANY * 500, () -> writes + " writes went out before the loop's next timer.");
                }
            } finally {
                // Ends the floods, whatever the loop does.
                for (Ends.Pair pair : pairs) {
                    pair.peer().close();
                }
            }
            for (CompletableFuture<Void> each : reading) {
                each.get(Loops.SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            readers.shutdown();
        }
    }

    /** Writes until a timer fires that is set now: until the end of the next pass, or of the one after that. */
    private static int writesOfPass(EventLoop loop, List<Flood> floods) throws Exception {
        return loop.submit(() -> {
                    int before = writes(floods);
                    return loop.schedule(() -> writes(floods) - before, 1, TimeUnit.NANOSECONDS);
                })
                .get(Loops.SECONDS, TimeUnit.SECONDS)
                .get(Loops.SECONDS, TimeUnit.SECONDS);
    }

    private static int writes(List<Flood> floods) {
        return floods.stream().mapToInt(flood -> flood.writes.get()).sum();
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndOnResetWhileListenersWriteAgain(Transport transport) throws Exception {
        try (Ends ends = new Ends(transport, 1, recorder)) {
            for (int i = 0; i < 20; i++) {
                try (Ends.Pair pair = ends.connect()) {
                    Flood flood = new Flood(pair.channel());
                    pair.channel().eventLoop().execute(flood::write);
                    pair.peer().getInputStream().readNBytes(i * 50_000);
                    pair.peer().setSoLinger(true, 0);
                    pair.peer().close();
                    Ends.await(pair.channel().closeFuture());
                    Ends.await("all writes have failed", () -> flood.failures.get() == Flood.MOST_FAILURES);
                    assertInstanceOf(IOException.class, flood.first.get());
                }
            }
        }
    }
}
