// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.socket.ChannelOutputShutdownException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import net.zcrx.lessons.Ends.Transport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** File regions of a user's own code end as with epoll, whatever that code does. */
class UserRegionTest {
    private static final int MIB = 1 << 20;
    /** More than the sockets of a connection hold. */
    private static final int MUCH = 32 * MIB;

    private final Recorder recorder = new Recorder();

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

    private static final class Empty extends TestRegion {
        private final AtomicInteger asked = new AtomicInteger();
        private volatile boolean given;

        Empty() {
            super(Loops.pattern(10));
        }

        @Override
        public long transferTo(WritableByteChannel target, long position) throws IOException {
            asked.incrementAndGet();
            return given ? super.transferTo(target, position) : 0;
        }
    }

    /** While the region gives nothing the channel may end, and go to another loop. */
    @ParameterizedTest
    @EnumSource
    void shouldEndWhileRegionGivesNothing(Transport transport) throws Exception {
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
                    UserRegionTest.<RuntimeException>sneak(thrown);
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

    /** Closes the channel in the middle. */
    private static final class Closing extends TestRegion {
        private final Channel channel;

        Closing(Channel channel) {
            super(Loops.pattern(MUCH));
            this.channel = channel;
        }

        @Override
        public long transferTo(WritableByteChannel target, long position) throws IOException {
            if (position > MUCH / 2) {
                channel.close();
                return 0;
            }
            return super.transferTo(target, position);
        }
    }

    /** From inside of the region's own code, and of a listener of its progress. */
    @ParameterizedTest
    @EnumSource
    void shouldCloseInsideOfRegion(Transport transport) throws Exception {
        try (Ends ends = new Ends(transport, 1, recorder)) {
            for (boolean inProgress : new boolean[] {false, true}) {
                try (Ends.Pair pair = ends.connect()) {
                    TestRegion region = inProgress ? new TestRegion(Loops.pattern(MUCH)) : new Closing(pair.channel());
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
}
