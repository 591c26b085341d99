// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMemoryEvent;
import net.zcrx.ZcrxMetrics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** An application that holds what it receives, and more completions than there is room for. */
class ExhaustionTest {
    private static final int MIB = 1 << 20;
    private static final int CHUNK = 4096;

    private Loops loops;

    @AfterEach
    void end() throws Exception {
        loops.end();
    }

    private static ZcrxIoHandlerConfig small() {
        return new ZcrxIoHandlerConfig().areaBytes(MIB).chunkBytes(CHUNK);
    }

    private static CompletableFuture<Void> send(Loops.Pair pair, byte[] data) {
        return CompletableFuture.runAsync(() -> {
            try {
                pair.send(data);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static final class Holder extends Recorder {
        final Queue<ByteBuf> held = new ConcurrentLinkedQueue<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            held.add((ByteBuf) message);
            record((ByteBuf) message);
        }

        void releaseAll() {
            for (ByteBuf buffer; (buffer = held.poll()) != null; ) {
                buffer.release();
            }
        }
    }

    @Test
    void shouldCopyOutWhileApplicationHoldsAllAndRecover() throws Exception {
        loops = new Loops(1, small());
        Holder holder = new Holder();
        byte[] data = Loops.pattern(8 * MIB);
        try (Loops.Pair pair = loops.connect(holder)) {
            for (int round = 1; round <= 3; round++) {
                CompletableFuture<Void> sent = send(pair, data);
                byte[] received = holder.awaitBytes(round * data.length);
                assertArrayEquals(data, Arrays.copyOfRange(received, (round - 1) * data.length, round * data.length));
                sent.get(Loops.SECONDS, TimeUnit.SECONDS);
                loops.letRun();

                ZcrxMetrics metrics = loops.metrics();
                assertEquals(round, metrics.copyOuts());
                assertTrue(metrics.copiedOutBytes() >= (long) round * (data.length - MIB), metrics::toString);
                assertTrue(metrics.heldBytes() <= MIB, metrics::toString);
                assertTrue(metrics.exhaustions() <= metrics.copiedBytes() / CHUNK, metrics::toString);
                holder.releaseAll();
                loops.awaitAllReturned();
                assertTrue(loops.metrics().offLoopReturns() > 0);
            }
            assertEquals(
                    List.of(
                            ZcrxMemoryEvent.COPYING_OUT,
                            ZcrxMemoryEvent.RECOVERED,
                            ZcrxMemoryEvent.COPYING_OUT,
                            ZcrxMemoryEvent.RECOVERED,
                            ZcrxMemoryEvent.COPYING_OUT),
                    holder.events().stream()
                            .filter(ZcrxMemoryEvent.class::isInstance)
                            .toList());
        }
    }

    @Test
    void shouldNotLetAMessageWaitUntilLongFlowsAreThrough() throws Exception {
        loops = new Loops(1, small());
        Recorder recorder = new Recorder();
        List<SocketChannel> flows = new ArrayList<>();
        Channel server = loops.server(recorder).bind().sync().channel();
        try {
            for (int i = 0; i < 9; i++) {
                flows.add(SocketChannel.open(server.localAddress()));
            }
            SocketChannel message = flows.remove(8);
            for (SocketChannel flow : flows) {
                flow.write(ByteBuffer.allocate(MIB));
            }
            recorder.awaitBytes(flows.size() * MIB);
            long[] sent = {(long) flows.size() * MIB};
            Loops.whileStopped(loops.loop(0), () -> {
                for (SocketChannel flow : flows) {
                    sent[0] += Loops.fill(flow, ByteBuffer.allocate(16 * MIB));
                }
                message.write(ByteBuffer.wrap(new byte[] {1}));
            });
            byte[] received = recorder.awaitBytes((int) sent[0] + 1);
            assertTrue(loops.metrics().exhaustions() > 0, "The flows never had all chunks: this tests nothing.");
            int before = flows.size() * MIB;
            while (received[before] == 0) {
                before++;
            }
            before -= flows.size() * MIB;
            assertTrue(before < MIB, "It came after " + before + " bytes of the flows.");
            message.close();
        } finally {
            for (SocketChannel flow : flows) {
                flow.close();
            }
            server.close().sync();
        }
    }

    /**
     * A connection that gets memory again but has no data causes no event; the loop must not sleep before it has
     * reached the last.
     */
    @Test
    void shouldReachWhoWaitsBehindManyWithoutData() throws Exception {
        int chunks = 8;
        loops = new Loops(1, new ZcrxIoHandlerConfig().areaBytes(MIB).chunkBytes(MIB / chunks));
        int takers = 2 * chunks;
        // A loop wakes up once per second by itself: to wait for that, for every eight of them, is too long.
        int idle = 2 * chunks * Loops.SECONDS;
        Recorder recorder = new Recorder();
        Recorder lastRecorder = new Recorder();
        List<Loops.Pair> pairs = new ArrayList<>();
        try {
            for (int i = 0; i < takers + idle + 1; i++) {
                Recorder handler = i < takers + idle ? recorder : lastRecorder;
                pairs.add(Loops.connect(loops.client(handler).option(ChannelOption.AUTO_READ, false)));
            }
            for (Loops.Pair taker : pairs.subList(0, takers)) {
                taker.send(new byte[MIB / takers]);
            }
            pairs.get(takers + idle).send(new byte[] {1});
            // All at once, so that the first take what the kernel has before it looks at the others.
            loops.loop(0)
                    .submit(() -> pairs.forEach(pair -> pair.channel().read()))
                    .sync();
            assertArrayEquals(new byte[] {1}, lastRecorder.awaitBytes(1));
            assertTrue(loops.metrics().exhaustions() > idle, "Memory was never short: this tests nothing.");
        } finally {
            for (Loops.Pair pair : pairs) {
                pair.close();
            }
        }
    }

    @Test
    void shouldNotSpinInSmallArea() throws Exception {
        loops = new Loops(1, small());
        Recorder recorder = new Recorder();
        byte[] data = Loops.pattern(16 * MIB);
        try (Loops.Pair pair = loops.connect(recorder)) {
            CompletableFuture<Void> sent = send(pair, data);
            assertArrayEquals(data, recorder.awaitBytes(data.length));
            sent.get(Loops.SECONDS, TimeUnit.SECONDS);
            ZcrxMetrics metrics = loops.metrics();
            assertTrue(metrics.exhaustions() > 0, "The kernel never ran out: this tests nothing.");
            assertTrue(metrics.exhaustions() <= data.length / CHUNK, metrics::toString);
            assertEquals(0, metrics.copyOuts());
        }
    }

    /** The one connection fails, with its cause; its loop and the others go on. */
    @Test
    void shouldFailConnectionWhoseAllocatorCannotTakeCopies() throws Exception {
        loops = new Loops(1, small());
        OutOfMemoryError none = new OutOfMemoryError("of the test");
        AbstractByteBufAllocator empty = new AbstractByteBufAllocator(true) {
            @Override
            protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
                throw none;
            }

            @Override
            protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
                throw none;
            }

            @Override
            public boolean isDirectBufferPooled() {
                return false;
            }
        };
        Holder holder = new Holder();
        Recorder recorder = new Recorder();
        byte[] data = Loops.pattern(8 * MIB);
        Bootstrap bootstrap = loops.client(holder).option(ChannelOption.ALLOCATOR, empty);
        try (Loops.Pair pair = Loops.connect(bootstrap);
                Loops.Pair other = loops.connect(recorder)) {
            CompletableFuture<Void> sent = send(pair, data);
            assertSame(none, holder.awaitEvent(Throwable.class));
            holder.awaitEvent("unregistered");
            assertThrows(Exception.class, () -> sent.get(Loops.SECONDS, TimeUnit.SECONDS));
            byte[] received = holder.received();
            assertArrayEquals(Arrays.copyOf(data, received.length), received);

            send(other, data).get(Loops.SECONDS, TimeUnit.SECONDS);
            assertArrayEquals(data, recorder.awaitBytes(data.length));
            holder.releaseAll();
        }
    }

    @Test
    void shouldRefuseTooFewOrTooManyChunks() {
        ZcrxIoHandlerConfig few = new ZcrxIoHandlerConfig().areaBytes(MIB).chunkBytes(256 * 1024);
        assertTrue(refusal(few).contains("Change areaBytes or chunkBytes."));
        ZcrxIoHandlerConfig many =
                new ZcrxIoHandlerConfig().areaBytes(512 * MIB).chunkBytes(CHUNK);
        assertTrue(refusal(many).contains("Change areaBytes or chunkBytes."));
        loops = new Loops(1);
    }

    private static String refusal(ZcrxIoHandlerConfig config) {
        Throwable cause = assertThrows(IllegalStateException.class, () -> new Loops(1, config));
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage();
    }

    @Test
    void shouldNotBeExhaustedByManyConnectionsThatHoldOneByteEach() throws Exception {
        loops = new Loops(1);
        int count = Math.min(10_000, descriptorLimit() - 500);
        assertTrue(count >= 2000, "Raise ulimit -n: this test needs 2500 descriptors, and with 10500 it is itself.");
        Holder holder = new Holder();
        Queue<Channel> accepted = new ConcurrentLinkedQueue<>();
        Channel server = listen(holder, accepted);
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        try (Child clients = new Child(List.of(), ManyClients.class, "" + port, "" + count)) {
            assertEquals("" + count, clients.await("connected"));
            holder.awaitBytes(count);
            // Without incremental buffers each byte takes a chunk, and most are copied out.
            if (IoUring.isRegisterBufferRingIncSupported()) {
                loops.await("a byte of each", () -> loops.heldBuffers() == count);
                assertEquals(0, loops.metrics().copyOuts());
            }

            byte[] data = Loops.pattern(4 * MIB);
            Recorder recorder = new Recorder();
            try (Loops.Pair pair = loops.connect(recorder)) {
                send(pair, data).get(Loops.SECONDS, TimeUnit.SECONDS);
                assertArrayEquals(data, recorder.awaitBytes(data.length));
            }
            if (IoUring.isRegisterBufferRingIncSupported()) {
                assertEquals(0, loops.metrics().copiedOutBytes());
            }
            holder.releaseAll();
        }
        server.close().sync();
    }

    @Test
    void shouldLoseNothingWhenCompletionQueueOverflows() throws Exception {
        loops = new Loops(1, new ZcrxIoHandlerConfig().completionEntries(1024));
        Recorder recorder = new Recorder();
        Queue<Channel> accepted = new ConcurrentLinkedQueue<>();
        Channel server = listen(recorder, accepted);
        // Both ends are in this process.
        int count = Math.min(4000, (descriptorLimit() - 500) / 2);
        List<Socket> clients = new ArrayList<>();
        InetSocketAddress address = (InetSocketAddress) server.localAddress();
        while (clients.size() < count) {
            clients.add(new Socket(address.getAddress(), address.getPort()));
        }
        loops.await("all are accepted", () -> accepted.size() == count);
        Logger logger = (Logger) LoggerFactory.getLogger(IoUringIoHandler.class);
        ListAppender<ILoggingEvent> overflows = new ListAppender<>();
        overflows.start();
        logger.addAppender(overflows);
        logger.setAdditive(false);
        try {
            for (int round = 1; round <= 3; round++) {
                List<ChannelFuture> writes = overflow(clients, accepted);
                int bytes = round * 3 * count;
                assertEquals(bytes, recorder.awaitBytes(bytes).length);
                for (ChannelFuture write : writes) {
                    assertTrue(write.await(Loops.SECONDS, TimeUnit.SECONDS));
                    assertTrue(write.isSuccess());
                }
                for (Socket client : clients) {
                    assertArrayEquals(new byte[] {4, 5}, client.getInputStream().readNBytes(2));
                }
            }
            assertTrue(overflows.list.size() > 0, "The queue never overflowed: this tests nothing.");
            assertTrue(loops.metrics().completionQueueFull() > 0, "No receive met the full queue.");
        } finally {
            logger.setAdditive(true);
            logger.detachAppender(overflows);
            closeAll(clients);
            server.close().sync();
        }
    }

    /** Sends that complete as they are submitted, more than fit, with bytes waiting to be received. */
    private List<ChannelFuture> overflow(List<Socket> clients, Queue<Channel> accepted) throws Exception {
        List<ChannelFuture> writes = new ArrayList<>();
        loops.loop(0)
                .submit(() -> {
                    for (Socket client : clients) {
                        client.getOutputStream().write(new byte[] {1, 2, 3});
                    }
                    for (Channel channel : accepted) {
                        writes.add(channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {4, 5})));
                    }
                    return null;
                })
                .get(Loops.SECONDS, TimeUnit.SECONDS);
        return writes;
    }

    private Channel listen(Recorder childHandler, Queue<Channel> accepted) throws InterruptedException {
        return loops.server(new ChannelInboundHandlerAdapter() {
                    @Override
                    public boolean isSharable() {
                        return true;
                    }

                    @Override
                    public void handlerAdded(ChannelHandlerContext ctx) {
                        ctx.pipeline().addLast(childHandler);
                        accepted.add(ctx.channel());
                    }
                })
                .bind()
                .sync()
                .channel();
    }

    private static void closeAll(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            // No port stays in TIME_WAIT.
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    private static int descriptorLimit() {
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return (int) Math.min(1 << 20, system.getMaxFileDescriptorCount());
    }
}
