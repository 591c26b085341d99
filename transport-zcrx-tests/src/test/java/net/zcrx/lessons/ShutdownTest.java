// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The loops end, whatever is under way. */
@ExtendWith(Invariants.class)
class ShutdownTest {
    private static final int MIB = 1 << 20;

    private final Queue<ByteBuf> held = new ConcurrentLinkedQueue<>();

    private final class Holder extends Recorder {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            held.add((ByteBuf) message);
            record((ByteBuf) message);
        }
    }

    @Test
    void shouldCloseConnectionsThatAreOpen() throws Exception {
        Loops loops = new Loops(2);
        Recorder recorder = new Recorder();
        try (Loops.Pair reading = loops.connect(recorder);
                Loops.Pair other = loops.connect(new Recorder())) {
            reading.send(new byte[] {1});
            recorder.awaitBytes(1);
            loops.shutDown();
            assertEquals(0, Loops.readFully(reading.peer()).length);
            assertEquals(0, Loops.readFully(other.peer()).length);
            assertFalse(reading.channel().isOpen());
            recorder.awaitEvent("inactive");
        }
    }

    @Test
    void shouldEndWithPendingConnect() throws Exception {
        Loops loops = new Loops(1);
        try (FullBacklog listener = new FullBacklog()) {
            ChannelFuture connect = loops.client(new Recorder()).connect(listener.address());
            loops.letRun();
            loops.shutDown();
            assertTrue(connect.isDone());
            assertFalse(connect.isSuccess());
            assertFalse(connect.channel().isOpen());
        }
    }

    @Test
    void shouldEndWithParkedWrites() throws Exception {
        Loops loops = new Loops(1);
        try (Loops.Pair pair = loops.connect(new Recorder())) {
            ByteBuf buffer = Unpooled.directBuffer(32 * MIB).writeZero(32 * MIB);
            ChannelFuture write = pair.channel().writeAndFlush(buffer);
            loops.letRun();
            assertFalse(write.isDone());
            loops.shutDown();
            assertTrue(write.isDone());
            assertFalse(write.isSuccess());
            assertEquals(0, buffer.refCnt());
        }
    }

    @Test
    void shouldEndWithListener() throws Exception {
        Loops loops = new Loops(1);
        Channel server = loops.server(new Recorder()).bind().sync().channel();
        loops.shutDown();
        assertTrue(server.closeFuture().await(Loops.SECONDS, TimeUnit.SECONDS));
    }

    /** The memory goes with the last buffer, not before and not after, whoever releases it. */
    @Test
    void shouldKeepMemoryUntilLastBufferIsReleased() throws Exception {
        Loops loops = new Loops(1);
        Holder holder = new Holder();
        byte[] data = Loops.pattern(200_000);
        try (Loops.Pair pair = loops.connect(holder)) {
            for (int part = 0; part < data.length; part += 20_000) {
                pair.peer().getOutputStream().write(data, part, 20_000);
                holder.awaitBytes(part + 20_000);
            }
        }
        loops.shutDown();
        long address = held.element().memoryAddress();
        assertTrue(held.size() >= 10);
        int position = 0;
        while (!held.isEmpty()) {
            assertTrue(isMapped(address), "The memory went before its last buffer.");
            ByteBuf buffer = held.remove();
            int length = buffer.readableBytes();
            assertEquals(Unpooled.wrappedBuffer(data, position, length), buffer);
            position += length;
            buffer.release();
        }
        assertEquals(data.length, position);
        assertFalse(isMapped(address), "The memory stays behind its last buffer.");
    }

    private static boolean isMapped(long address) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .map(line -> line.substring(0, line.indexOf(' ')).split("-"))
                .anyMatch(range -> Long.compareUnsigned(Long.parseUnsignedLong(range[0], 16), address) <= 0
                        && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0);
    }

    /** Releases race with the loop's last pass, and wake a loop that is no more. */
    @Test
    void shouldTakeReleasesWhileItEnds() throws Exception {
        for (int round = 0; round < 20; round++) {
            Loops loops = new Loops(1);
            Holder holder = new Holder();
            try (Loops.Pair pair = loops.connect(holder)) {
                for (int i = 1; i <= 50; i++) {
                    pair.send(new byte[1000]);
                    holder.awaitBytes(i * 1000);
                }
                long address = held.element().memoryAddress();
                CountDownLatch ending = new CountDownLatch(1);
                Thread[] threads = new Thread[2];
                for (int t = 0; t < threads.length; t++) {
                    threads[t] = new Thread(() -> {
                        Loops.awaitUninterruptibly(ending);
                        for (ByteBuf buffer; (buffer = held.poll()) != null; ) {
                            buffer.release();
                            pair.channel().eventLoop().isTerminated();
                        }
                    });
                    threads[t].start();
                }
                ending.countDown();
                loops.shutDown();
                for (Thread thread : threads) {
                    thread.join();
                }
                assertFalse(isMapped(address), "The memory stays behind loop and buffers.");
            }
        }
    }

    /** Their descriptors are closed by requests, which wait behind others. */
    @Test
    void shouldCloseChannelsOfNettysRing(@TempDir Path directory) throws Exception {
        for (int i = 0; i < 100; i++) {
            Loops loops = new Loops(1);
            String path = directory.resolve("socket" + i).toString();
            new ServerBootstrap()
                    .group(loops.group)
                    .channel(IoUringServerDomainSocketChannel.class)
                    .childHandler(new ChannelInboundHandlerAdapter())
                    .bind(new DomainSocketAddress(path))
                    .sync();
            loops.end();
        }
    }
}
