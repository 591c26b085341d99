// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.DomainSocketAddress;
import java.lang.invoke.VarHandle;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import net.zcrx.uring.Native;
import net.zcrx.uring.ProbeRing;
import net.zcrx.uring.Uring;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A side that sleeps is woken up once per sleep, in the way that it has asked for. */
class WakeUpTest {
    private static final int MESSAGE = 0;
    private static final int FUTEX = 1;

    @RegisterExtension
    final SharedLoops loops = new SharedLoops(1);

    private final BlockingQueue<Channel> active = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> read = new LinkedBlockingQueue<>();

    private final class Reader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            active.add(context.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            read.add(((ByteBuf) message).readableBytes());
            ((ByteBuf) message).release();
        }
    }

    private Liar liar() throws Exception {
        return Liar.client((DomainSocketAddress)
                loops.server(new Reader()).bind().sync().channel().localAddress());
    }

    private static void sleeps(Liar liar, int way, int word) {
        liar.segment.putOpaque(Layout.usesFutex(liar.side), way);
        liar.segment.putRelease(Layout.asleep(liar.side), word);
        VarHandle.fullFence();
    }

    private static int rung(Liar liar) {
        return liar.segment.getAcquire(Layout.futexWord(liar.side));
    }

    private static void write(Channel channel) throws InterruptedException {
        channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[1])).sync();
        // It is written before the other side is woken up.
        channel.eventLoop().submit(() -> {}).sync();
    }

    @Test
    void shouldWakeByFutexOncePerSleep() throws Exception {
        try (Liar liar = liar()) {
            Channel channel = active.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
            sleeps(liar, FUTEX, 1);
            write(channel);
            assertEquals(1, rung(liar));
            write(channel);
            assertEquals(1, rung(liar));
            liar.segment.putOpaque(Layout.futexWord(liar.side), 0);
            write(channel);
            assertEquals(0, rung(liar));
            sleeps(liar, FUTEX, 3);
            write(channel);
            assertEquals(1, rung(liar));
            assertNull(liar.control.receive());
        }
    }

    @Test
    void shouldWakeByMessageOncePerSleep() throws Exception {
        try (Liar liar = liar()) {
            Channel channel = active.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
            sleeps(liar, MESSAGE, 1);
            write(channel);
            write(channel);
            assertSame(Message.RING, liar.receive());
            assertNull(liar.control.receive());
            assertEquals(0, rung(liar));
        }
    }

    /** Many times, as the wait is armed anew after each. */
    @Test
    void shouldBeWokenAsItAsks() throws Exception {
        try (Liar liar = liar()) {
            int other = 1 - liar.side;
            active.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
            int way = ProbeRing.supports(Uring.OP_FUTEX_WAIT) ? FUTEX : MESSAGE;
            assertEquals(way, liar.segment.getAcquire(Layout.usesFutex(other)));
            for (int i = 0; i < 100; i++) {
                awaitSleep(liar, other);
                liar.slot(0, 1);
                liar.segment.putRelease(Layout.tail(liar.side), liar.tail);
                if (way == FUTEX) {
                    liar.segment.putRelease(Layout.futexWord(other), 1);
                    Native.futexWake(liar.segment.address(Layout.futexWord(other)));
                } else {
                    liar.control.send(Message.RING);
                }
                assertEquals(1, read.poll(SharedLoops.SECONDS, TimeUnit.SECONDS));
            }
        }
    }

    private static void awaitSleep(Liar liar, int side) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SharedLoops.SECONDS);
        while ((liar.segment.getAcquire(Layout.asleep(side)) & 1) == 0) {
            assertTrue(System.nanoTime() - deadline < 0, "It does not sleep.");
            Thread.sleep(1);
        }
    }
}
