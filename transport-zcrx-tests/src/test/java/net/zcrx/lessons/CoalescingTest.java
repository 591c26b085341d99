// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A loop lets what long flows bring gather, and what else it has to do goes on. */
class CoalescingTest {
    private static final byte[] DATA = Loops.pattern(8 << 20);
    /** Of DATA in a flow: enough for a busy machine to be fast in between. */
    private static final int MOST_PARTS = 1000;

    private static final int PINGS = 20;

    @RegisterExtension
    private final Loops loops = new Loops(1);

    /**
     * Counts how much of DATA, over and over, has come; stops counting at the first wrong byte. It looks at the ends of
     * each buffer only: a handler that took its time would have the sender wait for the loop, which then never waits.
     */
    private static final class Checker extends ChannelInboundHandlerAdapter {
        private volatile long right;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            int length = buffer.readableBytes();
            if (buffer.getByte(buffer.readerIndex()) == byteAt(right)
                    && buffer.getByte(buffer.writerIndex() - 1) == byteAt(right + length - 1)) {
                right += length;
            }
            buffer.release();
        }

        private static byte byteAt(long position) {
            return DATA[(int) (position % DATA.length)];
        }
    }

    @Test
    void shouldDeliverALongFlowWholeAndServeOthersMeanwhile() throws Exception {
        Checker checker = new Checker();
        try (Loops.Pair flow = loops.connect(checker);
                Loops.Pair other = loops.connect(new EchoHandler())) {
            int parts = 0;
            for (int ping = 0; ping < PINGS; ping++) {
                long before = loops.metrics().coalescings();
                while (loops.metrics().coalescings() == before) {
                    assertTrue(++parts <= MOST_PARTS, "The loop never waited.");
                    flow.send(DATA);
                }
                other.send(new byte[] {(byte) ping});
                assertEquals((byte) ping, (byte) other.peer().getInputStream().read());
                assertEquals(
                        ping, other.channel().eventLoop().submit(() -> {}, ping).get(Loops.SECONDS, TimeUnit.SECONDS));
            }
            long sent = (long) parts * DATA.length;
            loops.await("all bytes came", () -> checker.right == sent);
        }
    }

    @Test
    void shouldNotMakeAPeerWaitThatWaitsForAnAnswer() throws Exception {
        byte[] request = Loops.pattern(128 * 1024);
        try (Loops.Pair pair = loops.connect(new EchoHandler())) {
            for (int i = 0; i < 1000; i++) {
                CompletableFuture<Void> sent = pair.sendAll(request);
                assertArrayEquals(request, pair.peer().getInputStream().readNBytes(request.length));
                sent.get(Loops.SECONDS, TimeUnit.SECONDS);
            }
        }
        assertEquals(0, loops.metrics().coalescings());
    }
}
