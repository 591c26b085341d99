// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Pairing;
import net.zcrx.integration.Payload;
import net.zcrx.memory.ZcrxByteBuf;
import net.zcrx.servers.Await;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A decoder that unmasks WebSocket frames where they were received. (Netty's own copies each payload out of the
 * received buffer before it unmasks.) Frames go one at a time, so that each comes in a buffer of its own. What another
 * process has handed over is copied by the first write to it, where the decoder sees no difference.
 */
class InPlaceUnmaskTest {
    private static final int FRAMES = 50;
    private static final int BYTES = 1000;

    @ParameterizedTest
    @EnumSource(names = {"ZCRX_WITH_ZCRX", "SHARED_WITH_SHARED", "SHARED_BEHIND_GATEWAY"})
    void shouldUnmaskInReceivedBuffer(Pairing pairing) throws Exception {
        AtomicInteger inPlace = new AtomicInteger();
        AtomicInteger handedOver = new AtomicInteger();
        try (Loops server = pairing.server(1);
                Loops client = pairing.client(1)) {
            for (int i = 0; i < FRAMES; i++) {
                byte[] sent = Payload.random(i, BYTES);
                Collector<ByteBuf> echo = Collector.ofBytes(BYTES);
                try (Peers peers = Peers.connect(
                        server,
                        pipeline -> pipeline.addLast(new Unmasker(inPlace, handedOver), new Echo()),
                        client,
                        pipeline -> pipeline.addLast(new WebSocket13FrameEncoder(true), echo))) {
                    peers.client().writeAndFlush(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(sent)));
                    assertArrayEquals(sent, Await.result(echo.complete()));
                }
            }
        }
        assertEquals(FRAMES, inPlace.get());
        assertEquals(pairing == Pairing.SHARED_BEHIND_GATEWAY ? FRAMES : 0, handedOver.get());
    }

    private static final class Unmasker extends ByteToMessageDecoder {
        private static final int HEADER_BYTES = 8; // two flags, a length of two bytes, the mask

        private final AtomicInteger inPlace;
        private final AtomicInteger handedOver;

        Unmasker(AtomicInteger inPlace, AtomicInteger handedOver) {
            this.inPlace = inPlace;
            this.handedOver = handedOver;
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
            if (in.readableBytes() < HEADER_BYTES + BYTES) {
                return;
            }
            if (!ZcrxByteBuf.of(in).area().isWritable()) {
                handedOver.incrementAndGet();
            }
            in.skipBytes(2);
            assertEquals(BYTES, in.readUnsignedShort());
            int mask = in.readInt();
            for (int i = in.readerIndex(); i < in.writerIndex(); i += Integer.BYTES) {
                in.setInt(i, in.getInt(i) ^ mask);
            }
            ByteBuf payload = in.readRetainedSlice(BYTES);
            if (ZcrxByteBuf.of(payload) != null) {
                inPlace.incrementAndGet();
            }
            out.add(payload);
        }
    }
}
