// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import net.zcrx.ZcrxMetrics;
import net.zcrx.lessons.Child;
import net.zcrx.memory.Area;
import net.zcrx.memory.ZcrxByteBuf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Another process that is killed, or stopped, in the middle of a transfer: this one goes on, and has all that it lent.
 */
class KillTest {
    @RegisterExtension
    final SharedLoops loops = new SharedLoops(1);

    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final Kept received = new Kept();

    private final class Keeper extends Kept.Keeper {
        Keeper() {
            received.super();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failures.add(cause);
        }
    }

    private long sum(ToLongFunction<ZcrxMetrics> metric) {
        return loops.factory.metrics().stream().mapToLong(metric).sum();
    }

    /** Writes until it is told to end, or the connection has ended. */
    private static Thread feed(Socket socket, byte[] data) {
        Thread feeder = new Thread(() -> {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    socket.getOutputStream().write(data);
                }
            } catch (IOException e) {
                // As it is meant to be.
                return;
            }
        });
        feeder.start();
        return feeder;
    }

    private static Socket connect(int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void shouldTakeAllBackWhenReaderIsKilled() throws Exception {
        Witness witness = new Witness(loops, 1);
        witness.look();
        int descriptors = LiarTest.descriptors();
        try (Child child = new Child(List.of(), SharedChild.class, "hold")) {
            DomainSocketAddress address = new DomainSocketAddress(child.await("address"));
            Channel backend = loops.client(new Keeper()).connect(address).sync().channel();
            try (Socket socket = connect(Gateway.listen(loops, backend))) {
                Thread feeder = feed(socket, SharedChannelTest.random(100_000));
                loops.await(
                        "some is out",
                        () -> sum(ZcrxMetrics::sharedOutBytes) > 0
                                && sum(ZcrxMetrics::sharedHandedOverBytes) > 1_000_000);
                witness.look();
                child.kill();
                assertTrue(backend.closeFuture().await(SharedLoops.SECONDS, TimeUnit.SECONDS));
                feeder.interrupt();
                loops.await("all is back", () -> sum(ZcrxMetrics::sharedOutBytes) == 0);
                feeder.join();
            }
            loops.await("every page is back", () -> loops.heldBuffers() == 0);
            witness.look();
            // The listener of the gateway, and the child's streams.
            loops.await("descriptors closed", () -> LiarTest.descriptors() <= descriptors + 4);
        }
    }

    /** The first process must not receive into what a third one reads, of which only the second one knew. */
    @Test
    void shouldKeepWhatIsReadWhenMiddleIsKilled() throws Exception {
        Channel server = loops.server(new Keeper()).bind().sync().channel();
        String last = ((DomainSocketAddress) server.localAddress()).path();
        long pipes = pipes();
        byte[] data = SharedChannelTest.random(300_000);
        try (Child child = new Child(List.of(), SharedChild.class, "middle", last)) {
            DomainSocketAddress address = new DomainSocketAddress(child.await("address"));
            Channel middle = loops.client(new Keeper()).connect(address).sync().channel();
            try (Socket socket = connect(Gateway.listen(loops, middle))) {
                socket.getOutputStream().write(data);
                loops.await("all has come", () -> received.bytes() == data.length);
                assertTrue(received.buffers.stream().anyMatch(each -> !each.hasMemoryAddress()), "It was handed on.");
                child.kill();
                assertTrue(middle.closeFuture().await(SharedLoops.SECONDS, TimeUnit.SECONDS));
                assertNotNull(failures.poll(SharedLoops.SECONDS, TimeUnit.SECONDS));
            }
            assertTrue(loops.heldBuffers() > 0, "The last one reads them still.");
            Channel other = overwriteWhatIsFree();
            assertArrayEquals(
                    data,
                    ByteBufUtil.getBytes(Unpooled.wrappedBuffer(
                            received.buffers.stream().map(ByteBuf::slice).toArray(ByteBuf[]::new))));
            received.buffers.forEach(ByteBuf::release);
            loops.await("every page is back", () -> loops.heldBuffers() == 0);
            other.close().sync();
        }
        loops.await("no lease is left", () -> pipes() == pipes);
    }

    private static long pipes() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(KillTest::isPipe).count();
        }
    }

    private static boolean isPipe(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("pipe:");
        } catch (IOException e) {
            // It was closed meanwhile.
            return false;
        }
    }

    /** Receives more than an area has, and hands it over and on by other connections; returns one of those. */
    private Channel overwriteWhatIsFree() throws Exception {
        Channel echo = loops.connect(new SharedChannelTest.Echo(), new Actor(Actor.Callback.EVENT, channel -> {}));
        try (Socket socket = connect(Gateway.listen(loops, echo))) {
            socket.getOutputStream().write(new byte[32 << 20]);
        }
        return echo;
    }

    @Test
    void shouldReadWhatIsHeldWhenWriterIsKilled() throws Exception {
        Channel server = loops.server(new Keeper()).bind().sync().channel();
        String address = ((DomainSocketAddress) server.localAddress()).path();
        long mapped = Area.mappedBytes();
        byte[] data = SharedChannelTest.random(1_000_000);
        try (Child child = new Child(List.of(), SharedChild.class, "gateway", address);
                Socket socket = connect(Integer.parseInt(child.await("port")))) {
            Thread feeder = feed(socket, data);
            loops.await(
                    "it holds received pages",
                    () -> received.buffers.stream()
                                    .anyMatch(each -> ZcrxByteBuf.of(each) != null
                                            && !ZcrxByteBuf.of(each).area().isWritable())
                            && received.buffers.size() > 30);
            child.kill();
            Throwable failure = failures.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
            assertTrue(failure != null && failure.getMessage().contains("has ended without"), () -> "" + failure);
            feeder.interrupt();
            feeder.join();
        }
        byte[] came = received.takeAll();
        for (int at = 0; at < came.length; at += data.length) {
            int length = Math.min(data.length, came.length - at);
            assertArrayEquals(Arrays.copyOf(data, length), Arrays.copyOfRange(came, at, at + length));
        }
        loops.await("memory unmapped", () -> Area.mappedBytes() <= mapped);
    }

    @Test
    void shouldWaitForReaderThatIsStopped() throws Exception {
        Witness witness = new Witness(loops, 2);
        byte[] data = SharedChannelTest.random(10_000_000);
        SharedChannelTest.Comparison comparison = new SharedChannelTest.Comparison(data);
        try (Child child = new Child(List.of(), SharedChild.class, "echo")) {
            DomainSocketAddress address = new DomainSocketAddress(child.await("address"));
            Channel client = loops.client(comparison).connect(address).sync().channel();
            for (int at = 0; at < data.length; at += 10_000) {
                client.write(Unpooled.wrappedBuffer(data, at, 10_000));
            }
            client.flush();
            for (int i = 0; i < 3; i++) {
                child.signal("STOP");
                witness.look();
                child.signal("CONT");
            }
            comparison.await();
            assertTrue(client.isActive());
            client.close().sync();
        }
    }

    @Test
    void shouldTakeNothingFromClientThatIsKilledAsItConnects() throws Exception {
        Witness witness = new Witness(loops, 3);
        witness.look();
        AtomicInteger connections = new AtomicInteger();
        Channel server = loops.server(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext context) {
                        connections.incrementAndGet();
                    }

                    @Override
                    public boolean isSharable() {
                        return true;
                    }
                })
                .bind()
                .sync()
                .channel();
        String address = ((DomainSocketAddress) server.localAddress()).path();
        int descriptors = LiarTest.descriptors();
        long mapped = Area.mappedBytes();
        try (Child child = new Child(List.of(), SharedChild.class, "connect", address)) {
            loops.await("some have connected", () -> connections.get() > 40);
            child.kill();
        }
        witness.look();
        loops.await("memory unmapped", () -> Area.mappedBytes() <= mapped);
        loops.await("descriptors closed", () -> LiarTest.descriptors() <= descriptors + 3);
        assertTrue(server.isActive());
    }
}
