// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxMode;
import net.zcrx.ZcrxSocketChannel;
import org.junit.jupiter.api.Test;

/** What metrics tell when loops have ended. */
class MetricsTest {
    private static final int MIB = 1 << 20;

    @Test
    void shouldTellWhatGroupReceivedAndWhatOfItIsHeldWhenItHasEnded() throws Exception {
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(
                2, new ZcrxIoHandlerConfig().mode(ZcrxMode.COPY).areaBytes(MIB));
        BlockingQueue<ByteBuf> held = new LinkedBlockingQueue<>();
        List<ByteBuf> received = new ArrayList<>();
        int connections = 2;
        for (int i = 0; i < connections; i++) {
            try (Loops.Pair pair = Loops.connect(new Bootstrap()
                    .group(group)
                    .channel(ZcrxSocketChannel.class)
                    .handler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext context, Object message) {
                            held.add((ByteBuf) message);
                        }
                    }))) {
                pair.send(new byte[] {1, 2, 3, 4, 5, 6, 7});
                ByteBuf buffer = held.poll(Loops.SECONDS, TimeUnit.SECONDS);
                assertEquals(7, buffer.readableBytes());
                received.add(buffer);
            }
        }
        assertEquals(2 * MIB, sum(group).areaBytes());
        assertEquals(2 * MIB, sum(group).residentBytes(), "A huge page each, if there were such small ones.");
        assertTrue(group.shutdownGracefully(0, Loops.SECONDS, TimeUnit.SECONDS).await(Loops.SECONDS, TimeUnit.SECONDS));

        assertEquals(14, sum(group).copiedBytes());
        assertEquals(2, sum(group).heldBuffers());
        assertEquals(2 * MIB, sum(group).areaBytes(), "As long as there are buffers there is their memory.");
        received.forEach(ByteBuf::release);
        assertEquals(0, sum(group).heldBuffers());
        assertEquals(0, sum(group).heldBytes());
        assertEquals(0, sum(group).areaBytes());
        assertEquals(0, sum(group).residentBytes());
        assertEquals(14, sum(group).copiedBytes());
        assertEquals(1, group.metrics().size(), "Nothing of a loop that has ended is kept.");
        assertEquals(ZcrxMode.COPY, group.metrics().get(0).mode());
    }

    /** Of the counts that the test compares. */
    private record Sum(long copiedBytes, long heldBuffers, long heldBytes, long areaBytes, long residentBytes) {}

    private static Sum sum(ZcrxEventLoopGroup group) {
        return new Sum(
                group.metrics().stream().mapToLong(ZcrxMetrics::copiedBytes).sum(),
                group.metrics().stream().mapToLong(ZcrxMetrics::heldBuffers).sum(),
                group.metrics().stream().mapToLong(ZcrxMetrics::heldBytes).sum(),
                group.metrics().stream().mapToLong(ZcrxMetrics::areaBytes).sum(),
                group.metrics().stream().mapToLong(ZcrxMetrics::residentBytes).sum());
    }
}
