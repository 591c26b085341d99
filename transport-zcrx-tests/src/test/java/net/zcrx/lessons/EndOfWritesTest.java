// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.util.IllegalReferenceCountException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.lessons.Ends.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** close(), shutdownOutput() and errors end what is written: what was flushed before is sent, and nothing after. */
class EndOfWritesTest {
    private static final int MIB = 1 << 20;
    /** More than the sockets of a connection hold. */
    private static final int MUCH = 32 * MIB;

    private final Recorder recorder = new Recorder();

    @ParameterizedTest
    @EnumSource
    void shouldFailAtOnceWhatIsWrittenAfterTheEnd(Transport transport) throws Exception {
        try (Ends ends = new Ends(transport, 1, recorder)) {
            for (boolean shutdown : new boolean[] {false, true}) {
                try (Ends.Pair pair = ends.connect()) {
                    ByteBuf late = Unpooled.directBuffer(1).writeZero(1);
                    pair.onLoop(() -> {
                        pair.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[MUCH]));
                        if (shutdown) {
                            pair.channel().shutdownOutput();
                        } else {
                            pair.channel().close();
                        }
                        ChannelFuture write = pair.channel().write(late);
                        assertTrue(write.isDone());
                        assertInstanceOf(ClosedChannelException.class, write.cause());
                        assertEquals(0, late.refCnt());
                        return null;
                    });
                }
            }
        }
    }

    /** Whoever writes until the channel is not writable any more must come to an end. */
    @ParameterizedTest
    @EnumSource
    void shouldNotBeWritableBehindTheEnd(Transport transport) throws Exception {
        try (Ends ends = new Ends(transport, 1, recorder)) {
            for (boolean shutdown : new boolean[] {false, true}) {
                try (Ends.Pair pair = ends.connect()) {
                    boolean writable = pair.onLoop(() -> {
                        pair.channel().writeAndFlush(direct(new byte[1]));
                        ChannelFuture end = shutdown
                                ? pair.channel().shutdownOutput()
                                : pair.channel().close();
                        assertFalse(end.isDone() && !end.isSuccess());
                        return pair.channel().isWritable();
                    });
                    assertFalse(writable);
                }
            }
        }
    }

    /** A listener flushes, after close() or shutdownOutput(), what was written but not flushed before. */
    @ParameterizedTest
    @EnumSource
    void shouldNotSendWhatIsFlushedAfterTheEnd(Transport transport) throws Exception {
        try (Ends ends = new Ends(transport, 1, recorder)) {
            for (int kind = 0; kind < 8; kind++) {
                boolean shutdown = (kind & 1) != 0;
                boolean region = (kind & 2) != 0;
                if (transport == Transport.ZCRX) {
                    ends.bootstrap().option(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, (kind & 4) != 0 ? 0 : -1);
                }
                byte[] data = Loops.pattern(1000);
                try (Ends.Pair pair = ends.connect()) {
                    ChannelFuture[] futures = pair.onLoop(() -> {
                        ChannelFuture sent = pair.channel().writeAndFlush(direct(data));
                        sent.addListener(future -> pair.channel().flush());
                        ChannelFuture late =
                                pair.channel().write(region ? new TestRegion(new byte[5]) : direct(new byte[5]));
                        ChannelFuture end = shutdown
                                ? pair.channel().shutdownOutput()
                                : pair.channel().close();
                        pair.channel().flush();
                        return new ChannelFuture[] {sent, end, late};
                    });
                    assertArrayEquals(data, Loops.readFully(pair.peer()), "kind " + kind);
                    assertTrue(Ends.await(futures[0]).isSuccess());
                    assertTrue(Ends.await(futures[1]).isSuccess());
                    Class<? extends IOException> expected =
                            shutdown ? ChannelOutputShutdownException.class : ClosedChannelException.class;
                    assertInstanceOf(expected, Ends.await(futures[2]).cause());
                }
            }
        }
    }

    private static ByteBuf direct(byte[] data) {
        return Unpooled.directBuffer(data.length + 1).writeBytes(data);
    }

    @ParameterizedTest
    @EnumSource
    void shouldSendAllKindsFlushedBeforeClose(Transport transport) throws Exception {
        try (Ends ends = new Ends(transport, 1, recorder)) {
            for (int threshold : new int[] {-1, 0, 50}) {
                if (transport == Transport.ZCRX) {
                    ends.bootstrap().option(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, threshold);
                }
                try (Ends.Pair pair = ends.connect()) {
                    List<ChannelFuture> writes = new ArrayList<>();
                    ByteBuf expected = Unpooled.buffer();
                    ChannelFuture close = pair.onLoop(() -> {
                        for (int i = 0; i < 40; i++) {
                            byte[] data = Loops.pattern(i * 7);
                            CompositeByteBuf composite = Unpooled.compositeBuffer();
                            for (int part = 0; part < i % 4; part++) {
                                composite.addComponent(true, direct(data));
                                expected.writeBytes(data);
                            }
                            writes.add(pair.channel().write(composite));
                            writes.add(pair.channel().writeAndFlush(direct(data)));
                            writes.add(pair.channel().writeAndFlush(new TestRegion(data)));
                            expected.writeBytes(data).writeBytes(data);
                        }
                        return pair.channel().close();
                    });
                    byte[] arrived = Loops.readFully(pair.peer());
                    assertArrayEquals(expected.copy().array(), arrived);
                    assertTrue(Ends.await(close).isSuccess());
                    for (ChannelFuture write : writes) {
                        assertTrue(Ends.await(write).isSuccess(), () -> String.valueOf(write.cause()));
                    }
                }
            }
        }
    }

    /** The listener of the first write closes; with epoll the second was written when it was flushed. */
    @ParameterizedTest
    @EnumSource
    void shouldSendWhatWasFlushedBeforeListenerCloses(Transport transport) throws Exception {
        try (Ends ends = new Ends(transport, 1, recorder)) {
            ends.bootstrap().option(ChannelOption.AUTO_READ, false);
            for (boolean shutdown : new boolean[] {false, true}) {
                try (Ends.Pair pair = ends.connect()) {
                    ChannelFuture[] second = new ChannelFuture[1];
                    pair.onLoop(() -> {
                        ChannelFuture first = pair.channel().writeAndFlush(direct(Loops.pattern(1000)));
                        second[0] = pair.channel().writeAndFlush(new TestRegion(Loops.pattern(500)));
                        first.addListener(future -> {
                            if (shutdown) {
                                pair.channel().shutdownOutput();
                            } else {
                                pair.channel().close();
                            }
                        });
                        return null;
                    });
                    byte[] expected = Unpooled.wrappedBuffer(Loops.pattern(1000), Loops.pattern(500))
                            .copy()
                            .array();
                    assertArrayEquals(expected, Loops.readFully(pair.peer()));
                    assertTrue(Ends.await(second[0]).isSuccess());
                }
            }
        }
    }

    private static byte[] read(Ends.Pair pair, int count) {
        try {
            return pair.peer().getInputStream().readNBytes(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In the middle of a parked write: nothing that the cancel ends with is an error, and the bytes go on. */
    @ParameterizedTest
    @EnumSource
    void shouldGoOnAfterDeregisterInMiddleOfWrites(Transport transport) throws Exception {
        byte[] data = Loops.pattern(MUCH);
        try (Ends ends = new Ends(transport, 2, recorder)) {
            for (int threshold : new int[] {-1, 0}) {
                if (transport == Transport.ZCRX) {
                    ends.bootstrap().option(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, threshold);
                }
                try (Ends.Pair pair = ends.connect()) {
                    // Meanwhile, as the channel leaves when the kernel has no more use for what is sent without a copy.
                    CompletableFuture<byte[]> arriving = CompletableFuture.supplyAsync(() -> read(pair, MUCH + 1));
                    ChannelFuture write = pair.channel().writeAndFlush(direct(data));
                    ChannelFuture last = pair.channel().writeAndFlush(new TestRegion(new byte[] {9}));
                    for (int i = 0; i < 3; i++) {
                        assertTrue(Ends.await(pair.channel().deregister()).isSuccess());
                        assertTrue(
                                Ends.await(ends.next().register(pair.channel())).isSuccess());
                        pair.channel().flush();
                    }
                    byte[] arrived = arriving.get(Loops.SECONDS, TimeUnit.SECONDS);
                    assertArrayEquals(data, Arrays.copyOf(arrived, MUCH));
                    assertEquals(9, arrived[MUCH]);
                    assertTrue(Ends.await(write).isSuccess());
                    assertTrue(Ends.await(last).isSuccess());
                }
            }
        }
    }

    /** The loop goes on, and so does what is counted: the channel closes, and others work. */
    @ParameterizedTest
    @EnumSource
    void shouldFailWriteOfBufferThatWasReleased(Transport transport) throws Exception {
        try (Ends ends = new Ends(transport, 1, recorder);
                Ends.Pair other = ends.connect()) {
            for (int threshold : new int[] {-1, 0}) {
                if (transport == Transport.ZCRX) {
                    ends.bootstrap().option(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, threshold);
                }
                for (int good : new int[] {0, 1}) {
                    ByteBuf released = direct(new byte[10]);
                    List<ByteBuf> others = new ArrayList<>();
                    try (Ends.Pair pair = ends.connect()) {
                        List<ChannelFuture> writes = new ArrayList<>();
                        pair.onLoop(() -> {
                            for (int i = 0; i < good; i++) {
                                others.add(direct(new byte[10]));
                                writes.add(pair.channel().write(others.get(i)));
                            }
                            writes.add(pair.channel().write(released));
                            released.release();
                            return pair.channel().flush();
                        });
                        for (ChannelFuture write : writes) {
                            Throwable cause = Ends.await(write).cause();
                            assertInstanceOf(ChannelOutputShutdownException.class, cause);
                            assertInstanceOf(IllegalReferenceCountException.class, cause.getCause());
                        }
                        assertTrue(others.stream().allMatch(buffer -> buffer.refCnt() == 0));
                        assertEquals(0, Loops.readFully(pair.peer()).length);
                    }
                }
                assertTrue(Ends.await(other.channel().writeAndFlush(direct(new byte[1])))
                        .isSuccess());
            }
        }
    }

    /** The number of the descriptor that was closed is another connection's by then. */
    @Test
    void shouldWriteNothingByNumberOfClosedDescriptor() throws Exception {
        try (Ends ends = new Ends(Transport.ZCRX, 1, recorder);
                ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
            for (int kind = 0; kind < 2; kind++) {
                Object second = kind == 0 ? direct(new byte[100]) : new TestRegion(new byte[100]);
                List<SocketChannel> others = new ArrayList<>();
                try (Ends.Pair pair = ends.connect()) {
                    ChannelFuture[] writes = new ChannelFuture[2];
                    pair.onLoop(() -> {
                        writes[0] = pair.channel().writeAndFlush(direct(new byte[10]));
                        writes[1] = pair.channel().writeAndFlush(second);
                        writes[0].addListener(future -> {
                            pair.channel().unsafe().closeForcibly();
                            for (int i = 0; i < 3; i++) {
                                others.add(SocketChannel.open(listener.getLocalAddress()));
                            }
                        });
                        return null;
                    });
                    assertTrue(Ends.await(writes[0]).isSuccess());
                    pair.onLoop(() -> null);
                    pair.onLoop(() -> null);
                    assertInstanceOf(
                            ClosedChannelException.class,
                            Ends.await(pair.channel().writeAndFlush(direct(new byte[1])))
                                    .cause());
                }
                for (SocketChannel other : others) {
                    other.close();
                    try (SocketChannel accepted = listener.accept()) {
                        assertEquals(-1, accepted.read(ByteBuffer.allocate(100)), "Bytes of another connection.");
                    }
                }
            }
        }
    }

    /** What a handler writes in channelInactive and later fails, and does no harm. */
    @ParameterizedTest
    @EnumSource
    void shouldFailWhatIsWrittenInChannelInactive(Transport transport) throws Exception {
        List<ChannelFuture> writes = new ArrayList<>();
        Recorder writing = new Recorder() {
            @Override
            public void channelInactive(ChannelHandlerContext ctx) {
                writes.add(ctx.writeAndFlush(direct(new byte[1])));
                super.channelInactive(ctx);
            }

            @Override
            public void channelUnregistered(ChannelHandlerContext ctx) {
                writes.add(ctx.writeAndFlush(direct(new byte[1])));
                super.channelUnregistered(ctx);
            }
        };
        try (Ends ends = new Ends(transport, 1, writing);
                Ends.Pair pair = ends.connect()) {
            pair.channel().close();
            writing.awaitEvent("unregistered");
            assertEquals(2, writes.size());
            for (ChannelFuture write : writes) {
                assertInstanceOf(ClosedChannelException.class, Ends.await(write).cause());
            }
        }
    }
}
