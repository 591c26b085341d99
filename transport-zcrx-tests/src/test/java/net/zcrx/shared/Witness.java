// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A well-behaved connection to an echo on the same loops: whatever others do, it goes on. */
final class Witness extends SimpleChannelInboundHandler<ByteBuf> {
    private static final int MOST = 100_000;

    private final Random random;
    private final LinkedBlockingQueue<byte[]> came = new LinkedBlockingQueue<>();
    private final Channel channel;
    /** What was sent last. */
    private byte[] data;

    Witness(SharedLoops loops, long seed) throws Exception {
        random = new Random(seed);
        channel = loops.connect(new SharedChannelTest.Echo(), this);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        came.add(bytes);
    }

    /** Sends some bytes, and waits for them to come back. */
    void look() throws InterruptedException {
        send();
        await();
    }

    void send() {
        data = new byte[1 + random.nextInt(MOST)];
        random.nextBytes(data);
        channel.writeAndFlush(Unpooled.wrappedBuffer(data));
    }

    /** Waits for what was sent to come back. */
    void await() throws InterruptedException {
        int at = 0;
        while (at < data.length) {
            byte[] bytes = came.poll(SharedLoops.SECONDS, TimeUnit.SECONDS);
            assertNotNull(bytes, "Another connection of the loop does not go on.");
            for (byte each : bytes) {
                assertEquals(data[at], each, "Another connection's bytes are wrong.");
                at++;
            }
        }
    }
}
