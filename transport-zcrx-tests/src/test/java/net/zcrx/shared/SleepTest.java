// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A loop that many connections keep awake sleeps when they are done, whatever one of them leaves as it is. */
class SleepTest {
    /** More than a loop puts to sleep while one of them has news. */
    private static final int CONNECTIONS = 12;

    @RegisterExtension
    final SharedLoops loops = new SharedLoops(1);

    private final BlockingQueue<Channel> active = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> reads = new LinkedBlockingQueue<>();

    /** Tells of its channel, and of each buffer that it reads. */
    private final class Reader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            active.add(context.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            reads.add(((ByteBuf) message).readableBytes());
            ((ByteBuf) message).release();
        }
    }

    private interface Action {
        void act() throws Exception;
    }

    private void sleepsAfter(Action action) throws Exception {
        List<Witness> others = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            others.add(new Witness(loops, i));
        }
        // All at once, so that all are awake.
        for (Witness each : others) {
            each.send();
        }
        action.act();
        for (Witness each : others) {
            each.await();
        }
        loops.assertSleep();
    }

    @Test
    void shouldSleepWhenNobodyAsksForTheRest() throws Exception {
        Channel reader = loops.client(new Reader())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(10))
                .connect(loops.server(new Reader()).bind().sync().channel().localAddress())
                .sync()
                .channel();
        Channel first = active.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
        Channel second = active.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
        Channel writer = first == reader ? second : first;
        writer.writeAndFlush(Unpooled.wrappedBuffer(new byte[1000])).sync();
        sleepsAfter(() -> {
            reader.read();
            assertTrue(reads.poll(SharedLoops.SECONDS, TimeUnit.SECONDS) == 10);
        });
        reader.close().sync();
    }

    @Test
    void shouldSleepWhenPeerClosesAfterTheEndOfItsOutput() throws Exception {
        Channel server = loops.server(new Reader())
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .bind()
                .sync()
                .channel();
        ZcrxSharedChannel client = (ZcrxSharedChannel) loops.client(new ChannelInboundHandlerAdapter())
                .connect(server.localAddress())
                .sync()
                .channel();
        ZcrxSharedChannel half = (ZcrxSharedChannel) active.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
        client.shutdownOutput().sync();
        loops.await("the end is seen", half::isInputShutdown);
        sleepsAfter(() -> client.close().sync());
        assertTrue(half.isOpen());
        half.close().sync();
    }
}
