// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import net.zcrx.memory.Area;
import net.zcrx.memory.MemoryFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Peers that never end, never listen, or go in a hurry: no loop spins or waits for them, and nothing is lost. */
class StubbornPeerTest {
    @RegisterExtension
    final SharedLoops loops = new SharedLoops(1);

    private final BlockingQueue<Channel> active = new LinkedBlockingQueue<>();
    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final AtomicLong bytes = new AtomicLong();
    private volatile Consumer<Channel> onRead = channel -> {};

    @ChannelHandler.Sharable
    private final class Victim extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            active.add(context.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            bytes.addAndGet(((ByteBuf) message).readableBytes());
            ((ByteBuf) message).release();
            onRead.accept(context.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failures.add(cause);
        }
    }

    private Liar liar(ServerBootstrap server) throws Exception {
        return Liar.client((DomainSocketAddress) server.bind().sync().channel().localAddress());
    }

    private Channel victim() throws Exception {
        return active.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
    }

    private void assertFails(String words) throws Exception {
        Throwable failure = failures.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
        assertTrue(failure != null && failure.getMessage().contains(words), () -> "" + failure);
    }

    @Test
    void shouldServeOthersWhenMessagesFlood() throws Exception {
        Witness witness = new Witness(loops, 4);
        try (Liar liar = liar(loops.server(new Victim()))) {
            Thread[] flood = new Thread[2];
            for (int i = 0; i < flood.length; i++) {
                flood[i] = new Thread(() -> {
                    while (!Thread.interrupted()) {
                        liar.control.send(Message.RING);
                    }
                });
                flood[i].start();
            }
            try {
                for (int i = 0; i < 20; i++) {
                    witness.look();
                }
            } finally {
                for (Thread each : flood) {
                    each.interrupt();
                    each.join();
                }
            }
            assertTrue(victim().isActive(), "To be woken up for nothing is allowed.");
        }
    }

    @Test
    @SuppressWarnings("deprecation") // The option that users have for it.
    void shouldEndConnectionThatWritesWithoutEnd() throws Exception {
        Witness witness = new Witness(loops, 5);
        try (Liar liar = liar(loops.server(new Victim()).childOption(ChannelOption.MAX_MESSAGES_PER_READ, 1 << 20))) {
            onRead = channel -> {
                if (liar.tail < 3 * Layout.RING) {
                    liar.slot(0, 1);
                    liar.segment.putRelease(Layout.tail(liar.side), liar.tail);
                }
            };
            liar.slot(0, 1);
            liar.publish();
            assertFails("its ring of " + Layout.RING + " entries");
            witness.look();
        }
    }

    /** Where all is thrown away nobody says how much one go may bring. */
    @Test
    void shouldEndDiscardingThatHasNoEnd() throws Exception {
        try (Liar liar = liar(loops.server(new Victim()))) {
            Channel channel = victim();
            ((ZcrxSharedChannel) channel).shutdownInput().sync();
            Thread writer = new Thread(() -> {
                while (!Thread.interrupted()) {
                    if (liar.tail - liar.segment.getAcquire(Layout.returned(1)) < Layout.RING) {
                        liar.slot(0, 1);
                        liar.segment.putRelease(Layout.tail(liar.side), liar.tail);
                    }
                    liar.control.send(Message.RING);
                }
            });
            writer.start();
            try {
                new Witness(loops, 6).look();
            } finally {
                writer.interrupt();
                writer.join();
            }
        }
    }

    @Test
    void shouldSleepWhenPeerWritesAfterItsEnd() throws Exception {
        ServerBootstrap server = loops.server(new Victim()).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        try (Liar liar = liar(server)) {
            Channel channel = victim();
            liar.word(Layout.state(liar.side), Outgoing.FINISHED);
            loops.await("the end is seen", () -> ((ZcrxSharedChannel) channel).isInputShutdown());
            liar.slot(0, 1);
            liar.publish();
            liar.end();
            loops.assertSleep();
            channel.close().sync();
        }
    }

    /** The kernel tells of the unread message before it gives what was sent. */
    @Test
    void shouldReadAreaOfPeerThatClosedWithMessagesUnread() throws Exception {
        try (Liar liar = liar(loops.server(new Victim()))) {
            Channel channel = victim();
            liar.word(Layout.asleep(liar.side), 1);
            channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[1])).sync();
            CountDownLatch closed = new CountDownLatch(1);
            channel.eventLoop().execute(() -> awaitUninterruptibly(closed));
            MemoryFile file = MemoryFile.create(4096, 0);
            file.sealWrites();
            liar.control.send(Message.of(Message.AREA, 1, 4096, file.fd()));
            file.close();
            liar.publish(1, 0, 4096, Layout.SLOTS);
            liar.segment.putRelease(Layout.state(liar.side), Outgoing.CLOSED);
            liar.end();
            closed.countDown();
            assertTrue(channel.closeFuture().await(SharedLoops.SECONDS, TimeUnit.SECONDS));
            assertEquals(4096, bytes.get(), () -> "" + failures);
        }
    }

    private static void sendArea(Liar liar, int number, MemoryFile file) {
        Message message = Message.of(Message.AREA, number, 4096, file.fd());
        while (!liar.control.send(message)) {
            Thread.onSpinWait();
        }
    }

    private static void forget(Liar liar, int number) {
        while (!liar.control.send(Message.of(Message.FORGET, number, 0))) {
            Thread.onSpinWait();
        }
    }

    private void publishAndAwait(Liar liar, int number) throws Exception {
        liar.publish(number, 0, 4096, Layout.SLOTS + 5);
        loops.await("it is back", () -> liar.segment.getAcquire(Layout.returned(1)) == liar.tail);
    }

    /** Nothing is left of what was forgotten. */
    @Test
    void shouldUnmapAreasThatAreForgotten() throws Exception {
        try (Liar liar = liar(loops.server(new Victim()))) {
            victim();
            long mapped = Area.mappedBytes();
            int descriptors = LiarTest.descriptors();
            for (int number = 1; number <= 100; number++) {
                MemoryFile file = MemoryFile.create(4096, 0);
                file.sealWrites();
                sendArea(liar, number, file);
                file.close();
                publishAndAwait(liar, number);
                forget(liar, number);
            }
            loops.await("memory unmapped", () -> Area.mappedBytes() == mapped);
            loops.await("descriptors closed", () -> LiarTest.descriptors() <= descriptors);
            assertEquals(100 * 4096, bytes.get(), () -> "" + failures);
        }
    }

    /** Numbers go on without end. */
    @Test
    void shouldReadAreaAfterManyOthers() throws Exception {
        int last = 1 << 16;
        try (Liar liar = liar(loops.server(new Victim()))) {
            MemoryFile file = MemoryFile.create(4096, 0);
            file.sealWrites();
            for (int number = 1; number < last; number++) {
                sendArea(liar, number, file);
                forget(liar, number);
            }
            sendArea(liar, last, file);
            file.close();
            publishAndAwait(liar, last);
            assertEquals(4096, bytes.get(), () -> "" + failures);
            assertTrue(victim().isActive());
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertTrue(latch.await(SharedLoops.SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldThrowAwayWhatNobodyReadsAfterShutdownOfInput() throws Exception {
        Channel client = loops.client(new ChannelInboundHandlerAdapter())
                .option(ChannelOption.AUTO_READ, false)
                .connect(loops.server(new Victim()).bind().sync().channel().localAddress())
                .sync()
                .channel();
        ((ZcrxSharedChannel) client).shutdownInput().sync();
        ChannelFuture written = victim().writeAndFlush(Unpooled.wrappedBuffer(new byte[10_000_000]));
        assertTrue(written.await(SharedLoops.SECONDS, TimeUnit.SECONDS), "Nobody reads.");
        client.close().sync();
    }

    /** One that reads nothing stops its own writer only. */
    @Test
    void shouldWaitForPeerThatReadsNothing() throws Exception {
        Witness witness = new Witness(loops, 7);
        try (Liar liar = liar(loops.server(new Victim()))) {
            Channel channel = victim();
            ChannelFuture written = channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[10_000_000]));
            loops.await("it is full", () -> !channel.isWritable());
            witness.look();
            liar.end();
            assertTrue(written.await(SharedLoops.SECONDS, TimeUnit.SECONDS));
            assertNotNull(written.cause());
            assertTrue(channel.closeFuture().await(SharedLoops.SECONDS, TimeUnit.SECONDS));
        }
    }

    /** As many as wait at a time must not keep others out without end. */
    @Test
    void shouldServeOthersWhenPeersAreSilent() throws Exception {
        Witness before = new Witness(loops, 8);
        DomainSocketAddress address = (DomainSocketAddress)
                loops.server(new Victim()).bind().sync().channel().localAddress();
        Liar[] silent = new Liar[50];
        for (int i = 0; i < silent.length; i++) {
            silent[i] = Liar.silentClient(address);
        }
        before.look();
        Liar.client(address).close();
        assertNotNull(victim());
        for (Liar each : silent) {
            each.close();
        }
        before.look();
    }
}
