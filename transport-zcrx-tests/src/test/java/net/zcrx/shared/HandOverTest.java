// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToLongFunction;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.memory.ZcrxByteBuf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What TCP connections receive goes to another channel where it lies, and back when that lets go. */
class HandOverTest {
    @RegisterExtension
    final SharedLoops loops = new SharedLoops(2);

    private final Kept received = new Kept();

    private Socket gateway(Channel backend) throws Exception {
        return tcp(new Actor.Forwarder(backend));
    }

    private Socket tcp(ChannelInboundHandlerAdapter handler) throws Exception {
        Channel server = new ServerBootstrap()
                .group(loops.group)
                .channel(ZcrxServerSocketChannel.class)
                .childHandler(handler)
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        return new Socket(InetAddress.getLoopbackAddress(), ((InetSocketAddress) server.localAddress()).getPort());
    }

    private long sum(ToLongFunction<ZcrxMetrics> metric) {
        return loops.factory.metrics().stream().mapToLong(metric).sum();
    }

    @Test
    void shouldHandOverWhereItLies() throws Exception {
        byte[] data = SharedChannelTest.random(100_000);
        Channel backend = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        try (Socket client = gateway(backend)) {
            client.getOutputStream().write(data);
            loops.await("all has come", () -> received.bytes() == data.length);
            assertEquals(data.length, sum(ZcrxMetrics::sharedHandedOverBytes) + sum(ZcrxMetrics::sharedCopiedBytes));
            assertTrue(sum(ZcrxMetrics::sharedHandedOverBytes) > data.length / 2, "Most of it is long enough.");
            assertEquals(sum(ZcrxMetrics::sharedHandedOverBytes), sum(ZcrxMetrics::sharedOutBytes));
            assertTrue(loops.heldBuffers() > 0, "The gateway's buffers are out.");
            assertArrayEquals(data, received.takeAll());
            loops.await("all is back", () -> loops.heldBuffers() == 0);
            assertEquals(0, sum(ZcrxMetrics::sharedOutBytes));
        }
    }

    @Test
    void shouldHandOverPartsOfComposite() throws Exception {
        byte[] data = SharedChannelTest.random(50_000);
        Channel backend = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        CompositeByteBuf all = Unpooled.compositeBuffer(1000);
        try (Socket client = tcp(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                all.addComponent(true, (ByteBuf) message);
                if (all.readableBytes() == data.length) {
                    backend.write(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}));
                    backend.writeAndFlush(all);
                }
            }
        })) {
            client.getOutputStream().write(data);
            loops.await("all has come", () -> received.bytes() == data.length + 3);
            assertTrue(sum(ZcrxMetrics::sharedHandedOverBytes) > data.length / 2, "Most of it is long enough.");
            byte[] came = received.takeAll();
            assertEquals(2, came[1]);
            assertArrayEquals(data, Arrays.copyOfRange(came, 3, came.length));
        }
    }

    /** Leak detection watches the slice that is written, and {@code TestRunTest} reads what it says in the log. */
    @Test
    void shouldReleaseCompositeByWhatWasWritten() throws Exception {
        byte[] data = SharedChannelTest.random(50_000);
        Channel backend = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        CompositeByteBuf all = PooledByteBufAllocator.DEFAULT.compositeDirectBuffer(1000);
        try (Socket client = tcp(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                all.addComponent(true, (ByteBuf) message);
                if (all.readableBytes() == data.length) {
                    backend.writeAndFlush(all.readSlice(data.length));
                }
            }
        })) {
            client.getOutputStream().write(data);
            loops.await("all has come", () -> received.bytes() == data.length);
            assertTrue(sum(ZcrxMetrics::sharedHandedOverBytes) > 0);
            assertArrayEquals(data, received.takeAll());
            loops.await("all is back", () -> loops.heldBuffers() == 0);
            assertEquals(0, all.refCnt());
        }
    }

    @Test
    void shouldReadOnWhenMuchIsHeld() throws Exception {
        byte[] data = SharedChannelTest.random(20_000_000);
        Channel backend = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        try (Socket client = gateway(backend)) {
            OutputStream out = client.getOutputStream();
            Thread sender = new Thread(() -> {
                try {
                    out.write(data);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            sender.start();
            loops.await("all has come", () -> received.bytes() == data.length);
            sender.join();
            assertArrayEquals(data, received.takeAll());
        }
    }

    @Test
    void shouldReadOnWhenMuchOfCopiesIsHeld() throws Exception {
        byte[] data = SharedChannelTest.random(5_000_000);
        Channel client = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        for (int at = 0; at < data.length; at += 1000) {
            client.writeAndFlush(Unpooled.wrappedBuffer(data, at, 1000));
        }
        loops.await("all has come", () -> received.bytes() == data.length);
        assertTrue(sum(ZcrxMetrics::sharedCopiedOutBytes) > 0, "The slots would not have sufficed.");
        assertArrayEquals(data, received.takeAll());
    }

    @Test
    void shouldTakeBackWhatOtherThreadsRelease() throws Exception {
        ExecutorService worker = Executors.newSingleThreadExecutor();
        byte[] data = SharedChannelTest.random(2_000_000);
        SharedChannelTest.Comparison comparison = new SharedChannelTest.Comparison(data);
        Channel backend = loops.connect(
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(ChannelHandlerContext context, Object message) {
                        worker.execute(() -> {
                            ByteBuf copy = Unpooled.copiedBuffer((ByteBuf) message);
                            ((ByteBuf) message).release();
                            context.writeAndFlush(copy);
                        });
                    }
                },
                comparison);
        try (Socket client = gateway(backend)) {
            client.getOutputStream().write(data);
            comparison.await();
            loops.await("all is back", () -> loops.heldBuffers() == 0);
        } finally {
            worker.shutdown();
        }
    }

    @Test
    void shouldCopyWhenWrittenTo() throws Exception {
        byte[] data = SharedChannelTest.random(60_000);
        Channel backend = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        try (Socket client = gateway(backend)) {
            client.getOutputStream().write(data);
            loops.await("all has come", () -> received.bytes() == data.length);
            ByteBuf handedOver = handedOver();
            ByteBuf view = handedOver.retainedSlice(10, 100);
            byte before = view.getByte(5);
            byte after = view.getByte(6);
            view.setByte(5, before + 1);
            assertEquals((byte) (before + 1), handedOver.getByte(15));
            assertEquals(after, handedOver.getByte(16));
            view.setByte(5, before);
            view.release();
            assertArrayEquals(data, received.takeAll());
        }
    }

    /** Netty's own buffers copy to the address of another one, if it has one, without asking it. */
    @Test
    void shouldCopyWhenOtherBuffersWriteIntoIt() throws Exception {
        byte[] data = SharedChannelTest.random(60_000);
        Channel backend = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        try (Socket client = gateway(backend)) {
            client.getOutputStream().write(data);
            loops.await("all has come", () -> received.bytes() == data.length);
            ByteBuf handedOver = handedOver();
            assertFalse(handedOver.hasMemoryAddress());
            assertThrows(UnsupportedOperationException.class, handedOver::memoryAddress);
            ByteBuf other = handedOver.alloc().directBuffer(100).writeBytes(SharedChannelTest.random(100));
            other.getBytes(0, handedOver, 10, 50);
            other.skipBytes(50);
            other.readBytes(handedOver.slice(60, 50).clear());
            other.release();
            assertTrue(handedOver.hasMemoryAddress());
            assertArrayEquals(SharedChannelTest.random(100), ByteBufUtil.getBytes(handedOver, 10, 100));
        } finally {
            received.takeAll();
        }
    }

    /** By TCP, alone and together with others. */
    @Test
    void shouldSendFromWhereItLies() throws Exception {
        byte[] data = SharedChannelTest.random(60_000);
        Channel backend = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        CompletableFuture<Channel> sender = new CompletableFuture<>();
        try (Socket client = gateway(backend);
                Socket reader = tcp(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext context) {
                        sender.complete(context.channel());
                    }
                })) {
            client.getOutputStream().write(data);
            loops.await("all has come", () -> received.bytes() == data.length);
            sender.get().writeAndFlush(received.buffers.peek().retainedSlice());
            received.buffers.forEach(each -> sender.join().write(each.retain()));
            sender.get().flush();
            int first = received.buffers.peek().readableBytes();
            byte[] sent = reader.getInputStream().readNBytes(first + data.length);
            assertArrayEquals(Arrays.copyOf(data, first), Arrays.copyOf(sent, first));
            assertArrayEquals(data, Arrays.copyOfRange(sent, first, sent.length));
            assertFalse(handedOver().hasMemoryAddress(), "It was not copied.");
        } finally {
            received.takeAll();
        }
    }

    private ByteBuf handedOver() {
        return received.buffers.stream()
                .filter(each -> !ZcrxByteBuf.of(each).area().isWritable())
                .findFirst()
                .orElseThrow();
    }

    /** To a third process and so on: the first one's memory is handed on. */
    @Test
    void shouldHandOnWhatWasHandedOver() throws Exception {
        byte[] data = SharedChannelTest.random(300_000);
        Channel last = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        Channel middle = loops.connect(new Actor.Forwarder(last), new ChannelInboundHandlerAdapter());
        try (Socket client = gateway(middle)) {
            client.getOutputStream().write(data);
            loops.await("all has come", () -> received.bytes() == data.length);
            assertTrue(sum(ZcrxMetrics::sharedHandedOverBytes) > data.length, "It was handed over twice.");
            assertArrayEquals(data, received.takeAll());
            loops.await("all is back", () -> loops.heldBuffers() == 0);
        }
    }

    /** Buffers that are held outlive both channels; their pages go back when they are released. */
    @Test
    void shouldKeepWhatIsHeldWhenChannelsClose() throws Exception {
        shouldKeepWhatIsHeld(backend -> backend.close().sync());
    }

    /** Its memory is received into again when the write has succeeded, and whoever wrapped it has let go. */
    @Test
    void shouldCopyWhatOnlyWrapsReceivedMemory() throws Exception {
        writeWrapped(received -> Unpooled.wrappedBuffer(received.nioBuffer()));
        assertEquals(0, sum(ZcrxMetrics::sharedHandedOverBytes));
    }

    @Test
    void shouldCopyCompositeThatWrapsReceivedMemory() throws Exception {
        writeWrapped(received -> Unpooled.compositeBuffer()
                .addComponent(true, Unpooled.wrappedBuffer(received.nioBuffer()))
                .addComponent(true, Unpooled.directBuffer(1).writeZero(0)));
        assertEquals(0, sum(ZcrxMetrics::sharedHandedOverBytes));
    }

    /** A view that counts no references of its own. */
    @Test
    void shouldKeepWhatViewDoesNotCount() throws Exception {
        writeWrapped(Unpooled::unreleasableBuffer);
        assertTrue(sum(ZcrxMetrics::sharedHandedOverBytes) > 0);
    }

    private void writeWrapped(java.util.function.UnaryOperator<ByteBuf> wrapper) throws Exception {
        byte[] data = SharedChannelTest.random(60_000);
        Channel backend = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        try (Socket client = tcp(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ByteBuf buffer = (ByteBuf) message;
                backend.writeAndFlush(wrapper.apply(buffer)).addListener(written -> buffer.release());
            }
        })) {
            client.getOutputStream().write(data);
            loops.await("all has come", () -> received.bytes() == data.length);
            boolean isLent = sum(ZcrxMetrics::sharedOutBytes) > 0;
            assertEquals(isLent, loops.heldBuffers() > 0, "What is out is held.");
            assertArrayEquals(data, received.takeAll());
            loops.await("all is back", () -> loops.heldBuffers() == 0);
        }
    }

    /** A channel that has left its loop closes as others do. */
    @Test
    void shouldKeepWhatIsHeldWhenDeregisteredChannelCloses() throws Exception {
        shouldKeepWhatIsHeld(backend -> {
            backend.deregister().sync();
            backend.close().sync();
        });
    }

    /** What goes wrong in this process must not change what the other one reads. */
    @Test
    void shouldKeepWhatIsHeldWhenChannelFails() throws Exception {
        shouldKeepWhatIsHeld(backend -> {
            backend.eventLoop()
                    .submit(() -> ((ZcrxSharedChannel) backend).fail(new java.io.IOException("expected")))
                    .sync();
            backend.closeFuture().sync();
        });
    }

    private interface Ending {
        void end(Channel backend) throws Exception;
    }

    private void shouldKeepWhatIsHeld(Ending ending) throws Exception {
        byte[] data = SharedChannelTest.random(60_000);
        Channel backend = loops.connect(received.new Keeper(), new ChannelInboundHandlerAdapter());
        try (Socket client = gateway(backend)) {
            client.getOutputStream().write(data);
            loops.await("all has come", () -> received.bytes() == data.length);
            ending.end(backend);
            loops.letRun();
            assertTrue(loops.heldBuffers() > 0, "The other side holds them still.");
            // What the gateway receives now must not be written over them.
            client.getOutputStream().write(new byte[1 << 20]);
            loops.letRun();
            assertArrayEquals(data, received.takeAll());
            loops.await("all is back", () -> loops.heldBuffers() == 0);
        }
    }
}
