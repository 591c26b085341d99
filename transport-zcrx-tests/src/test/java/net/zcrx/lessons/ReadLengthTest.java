// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One channelRead brings no more than the allocator's maximum, which tunnels rely on. */
class ReadLengthTest {
    private static final int MIB = 1 << 20;

    @RegisterExtension
    private final Loops loops = new Loops(1);

    /** Collects what it reads, and how long the longest was. */
    private static final class Reader extends ChannelInboundHandlerAdapter {
        private final int expected;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile int longest;

        Reader(int expected) {
            this.expected = expected;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            longest = Math.max(longest, buffer.readableBytes());
            bytes.writeBytes(ByteBufUtil.getBytes(buffer));
            buffer.release();
            if (bytes.size() == expected) {
                done.countDown();
            }
        }
    }

    static Stream<Arguments> allocators() {
        return Stream.of(
                Arguments.of("none", null, 65_536, 32_768),
                Arguments.of("adaptive", new AdaptiveRecvByteBufAllocator(), 65_536, 32_768),
                Arguments.of("adaptive to 4 KiB", new AdaptiveRecvByteBufAllocator(64, 512, 4096), 4096, 4096),
                Arguments.of(
                        "adaptive to 8 MiB", new AdaptiveRecvByteBufAllocator(64, 512, 8 * MIB), 8 * MIB, 128 << 10),
                Arguments.of("fixed", new FixedRecvByteBufAllocator(1000), 1000, 1000));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("allocators")
    void shouldBringNoMoreThanAllocatorWants(String name, RecvByteBufAllocator allocator, int most, int least)
            throws Exception {
        byte[] data = Loops.pattern(4 * MIB);
        Reader reader = new Reader(data.length);
        try (Loops.Pair pair = Loops.connect(loops.client(reader).option(ChannelOption.SO_RCVBUF, 2 * MIB))) {
            if (allocator != null) {
                pair.channel().config().setRecvByteBufAllocator(allocator);
            }
            // All is there when the loop goes on.
            Loops.whileStopped(pair.channel().eventLoop(), () -> pair.send(Arrays.copyOf(data, MIB)));
            pair.sendAll(Arrays.copyOfRange(data, MIB, data.length));
            assertTrue(reader.done.await(Loops.SECONDS, TimeUnit.SECONDS), () -> reader.bytes.size() + " bytes came");
            assertArrayEquals(data, reader.bytes.toByteArray());
            assertTrue(reader.longest <= most, () -> "The longest read brought " + reader.longest + " bytes.");
            assertTrue(reader.longest >= least, () -> "The longest read brought " + reader.longest + " bytes.");
        }
    }
}
