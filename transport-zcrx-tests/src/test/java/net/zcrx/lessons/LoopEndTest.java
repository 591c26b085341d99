// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How channels end: by close(), by force, and with their loop. As epoll's, whatever the kernel has of them still. */
class LoopEndTest {
    private static final int ROUNDS = 40;

    /** The last of what a channel is told. */
    private static final class Ending extends Recorder {
        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            event("removed");
        }
    }

    @Test
    void shouldTellEndWhenClosedAndShutDownInOneTask() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Loops loops = new Loops(1);
            Ending ending = new Ending();
            try (Loops.Pair pair = loops.connect(ending)) {
                boolean quiet = round % 2 == 0;
                pair.channel().eventLoop().execute(() -> {
                    pair.channel().close();
                    loops.group.shutdownGracefully(0, quiet ? 0 : Loops.SECONDS, TimeUnit.SECONDS);
                });
                assertTrue(loops.group.terminationFuture().await(Loops.SECONDS, TimeUnit.SECONDS));
                assertEquals(List.of("active", "inactive", "unregistered", "removed"), ending.events());
                assertEquals(-1, pair.peer().getInputStream().read());
            }
        }
    }

    /** Nobody closes them: the loop does. */
    @Test
    void shouldTellEndWithLoopThatEndsAtOnce() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Loops loops = new Loops(1);
            Ending ending = new Ending();
            try (Loops.Pair pair = loops.connect(ending)) {
                if (round % 2 == 0) {
                    loops.group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
                } else {
                    pair.channel().eventLoop().execute(() -> loops.group.shutdownGracefully(0, 0, TimeUnit.SECONDS));
                }
                assertTrue(loops.group.terminationFuture().await(Loops.SECONDS, TimeUnit.SECONDS));
                assertEquals(List.of("active", "inactive", "unregistered", "removed"), ending.events());
                assertFalse(pair.channel().isOpen());
                assertEquals(-1, pair.peer().getInputStream().read());
            }
        }
    }

    /** Connections that write as fast as their peers read, or do not. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldEndWithLoopThoughTheyFlood(boolean reads) throws Exception {
        Loops loops = new Loops(2);
        List<Loops.Pair> pairs = new ArrayList<>();
        List<Thread> readers = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                Loops.Pair pair = loops.connect(new Ending());
                pairs.add(pair);
                if (reads) {
                    Thread reader = new Thread(() -> Peers.skipAll(pair.peer()));
                    reader.start();
                    readers.add(reader);
                }
                flood(pair.channel());
            }
            loops.letRun();
            loops.group.shutdownGracefully(10, 2000, TimeUnit.MILLISECONDS);
            assertTrue(loops.group.terminationFuture().await(Loops.SECONDS, TimeUnit.SECONDS));
            for (Loops.Pair pair : pairs) {
                assertTrue(pair.channel().closeFuture().isDone());
                assertFalse(pair.channel().isOpen());
                assertFalse(pair.channel().isActive());
            }
            for (Thread reader : readers) {
                reader.join(TimeUnit.SECONDS.toMillis(Loops.SECONDS));
                assertFalse(reader.isAlive(), "The peer does not learn of the end.");
            }
        } finally {
            // Else the floods of a test that fails would take the time of all tests after it.
            for (Loops.Pair pair : pairs) {
                pair.peer().close();
            }
            loops.group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
        }
    }

    /** After close() nothing more is sent, and it ends, though each write that is done writes again. */
    @Test
    void shouldEndThoughWritesWriteAgain() throws Exception {
        Loops loops = new Loops(1);
        try (Loops.Pair pair = loops.connect(new Ending())) {
            Thread reader = new Thread(() -> Peers.skipAll(pair.peer()));
            reader.start();
            AtomicLong afterClose = new AtomicLong();
            CountDownLatch closed = new CountDownLatch(1);
            pair.channel().eventLoop().execute(() -> writeAgain(pair.channel(), closed, afterClose));
            loops.letRun();
            ChannelFuture close = pair.channel()
                    .eventLoop()
                    .submit(() -> {
                        closed.countDown();
                        return pair.channel().close();
                    })
                    .get();
            assertTrue(close.await(Loops.SECONDS, TimeUnit.SECONDS), "close() does not end.");
            assertEquals(0, afterClose.get(), "writes that were done after close() and told to be right");
            reader.join(TimeUnit.SECONDS.toMillis(Loops.SECONDS));
            assertFalse(reader.isAlive());
        }
        loops.end();
    }

    private static void writeAgain(Channel channel, CountDownLatch closed, AtomicLong afterClose) {
        boolean late = closed.getCount() == 0;
        ByteBuf buffer = channel.alloc().directBuffer(256).writeZero(256);
        channel.writeAndFlush(buffer).addListener(future -> {
            if (future.isSuccess()) {
                if (late) {
                    afterClose.incrementAndGet();
                }
                writeAgain(channel, closed, afterClose);
            }
        });
    }

    private static void flood(Channel channel) {
        ByteBuf buffer = channel.alloc().directBuffer(64 * 1024).writeZero(64 * 1024);
        channel.writeAndFlush(buffer).addListener(future -> {
            if (future.isSuccess()) {
                flood(channel);
            }
        });
    }

    /** For the user a channel is closed when close() returns, on its loop. */
    @Test
    void shouldBeClosedForUserAtOnce() throws Exception {
        Loops loops = new Loops(1);
        Queue<Object> seen = new ConcurrentLinkedQueue<>();
        Ending ending = new Ending();
        try (Loops.Pair pair = loops.connect(ending)) {
            Channel channel = pair.channel();
            pair.onLoop(() -> {
                channel.writeAndFlush(channel.alloc().directBuffer(8 << 20).writeZero(8 << 20));
                channel.close();
                seen.add(channel.isActive());
                seen.add(channel.isOpen());
                seen.add(channel.isWritable());
                channel.write(channel.alloc().directBuffer(1).writeZero(1))
                        .addListener((ChannelFutureListener) future -> seen.add(future.cause()));
                return null;
            });
            ending.awaitEvent("removed");
            Object[] all = seen.toArray();
            assertEquals(false, all[0]);
            assertEquals(false, all[1]);
            assertEquals(false, all[2]);
            assertTrue(all[3] instanceof ClosedChannelException, () -> "" + all[3]);
            assertEquals(List.of("active", "inactive", "unregistered", "removed"), ending.events());
        }
        loops.end();
    }

    /** By force, with a receive armed and a send parked: the descriptor's number is used by nobody after that. */
    @Test
    void shouldNotTouchItsSuccessorWhenClosedByForce() throws Exception {
        Loops loops = new Loops(1);
        for (int round = 0; round < ROUNDS; round++) {
            Loops.Pair victim = loops.connect(new Ending());
            Recorder recorder = new Recorder();
            victim.onLoop(() -> {
                Channel channel = victim.channel();
                channel.writeAndFlush(channel.alloc().directBuffer(1000).writeZero(1000));
                channel.unsafe().closeForcibly();
                return null;
            });
            // Gets the number, if it is free.
            try (Loops.Pair successor = loops.connect(recorder)) {
                victim.channel().flush();
                victim.channel().close();
                successor.send(new byte[] {1, 2, 3});
                recorder.awaitBytes(3);
                successor.channel().shutdownOutput().sync();
                assertEquals(0, Loops.readFully(successor.peer()).length, "bytes of another connection");
            }
            assertTrue(victim.channel().closeFuture().await(Loops.SECONDS, TimeUnit.SECONDS));
            victim.peer().close();
        }
        loops.end();
    }

    /** Registered with another loop in channelUnregistered, before the old one is done with it. */
    @Test
    void shouldRegisterElsewhereWhenUnregistered() throws Exception {
        Loops loops = new Loops(2);
        for (int round = 0; round < ROUNDS; round++) {
            Recorder recorder = new Recorder() {
                @Override
                public void channelUnregistered(ChannelHandlerContext ctx) {
                    event("unregistered");
                    if (ctx.channel().isOpen()) {
                        EventLoop old = ctx.channel().eventLoop();
                        EventLoop next = old == loops.loop(0) ? loops.loop(1) : loops.loop(0);
                        next.register(ctx.channel()).addListener(future -> event(future.isSuccess()));
                    }
                }
            };
            try (Loops.Pair pair = loops.connect(recorder)) {
                pair.channel().deregister().sync();
                recorder.awaitEvent(true);
                pair.send(new byte[] {1});
                recorder.awaitBytes(1);
                assertTrue(pair.channel().isActive());
            }
        }
        loops.end();
    }

    /** As a health check or a port scan does it: the connection was reset before it was accepted. */
    @Test
    void shouldNotHandOutConnectionWithoutPeer() throws Exception {
        Loops loops = new Loops(1);
        Queue<Object> active = new ConcurrentLinkedQueue<>();
        Recorder recorder = new Recorder() {
            @Override
            public void channelActive(ChannelHandlerContext ctx) {
                active.add(String.valueOf(ctx.channel().remoteAddress()));
            }
        };
        Channel server = loops.server(recorder).bind().sync().channel();
        Loops.whileStopped(server.eventLoop(), () -> {
            for (int i = 0; i < 20; i++) {
                Socket peer = new Socket();
                peer.connect(server.localAddress());
                peer.setSoLinger(true, 0);
                peer.close();
            }
        });
        try (Socket peer = new Socket()) {
            peer.connect(server.localAddress());
            peer.getOutputStream().write(1);
            recorder.awaitBytes(1);
        }
        assertFalse(active.contains("null"), active::toString);
        server.close().sync();
        loops.end();
    }

    /** Asked to read before there is anything to accept from. */
    @Test
    void shouldAcceptAfterReadBeforeBind() throws Exception {
        Loops loops = new Loops(1);
        Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
        Recorder recorder = new Recorder();
        Channel server = loops.server(recorder)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        errors.add(cause);
                    }
                })
                .option(ChannelOption.AUTO_READ, false)
                .register()
                .sync()
                .channel();
        server.read();
        loops.letRun();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).sync();
        try (Socket peer = new Socket()) {
            peer.connect(server.localAddress());
            peer.getOutputStream().write(1);
            recorder.awaitBytes(1);
        }
        assertTrue(errors.isEmpty(), errors::toString);
        server.close().sync();
        loops.end();
    }

    /** As epoll: what bind or connect chose is known before the connection stands. */
    @Test
    void shouldKnowLocalAddressWhileConnecting() throws Exception {
        Loops loops = new Loops(1);
        try (FullBacklog listener = new FullBacklog()) {
            Bootstrap bootstrap = loops.client(new Recorder());
            ChannelFuture connect = bootstrap.connect(listener.address());
            loops.letRun();
            assertFalse(connect.isDone());
            assertNotNull(connect.channel().localAddress());
            connect.channel().close().sync();
        }
        loops.end();
    }

    /** A read() that the loop has heard of, before another thread switches auto-read off. */
    @Test
    void shouldKeepExplicitReadThatAutoReadOffOvertakes() throws Exception {
        Loops loops = new Loops(1);
        Recorder recorder = new Recorder();
        try (Loops.Pair pair = loops.connect(recorder)) {
            Loops.whileStopped(pair.channel().eventLoop(), () -> {
                pair.channel().read();
                pair.channel().config().setAutoRead(false);
            });
            loops.letRun();
            pair.send(new byte[] {1});
            recorder.awaitBytes(1);
        }
        loops.end();
    }
}
