// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckHandlerTest {
    private static final int BYTES = 300_000;
    private static final int PAGE = 4096;

    private final EmbeddedChannel channel = new EmbeddedChannel(new CheckHandler(new LongAdder()));

    /** A whole transfer with its length before it. */
    private static byte[] transfer() {
        ByteBuffer all = ByteBuffer.allocate(Long.BYTES + BYTES).putLong(BYTES);
        byte[] chunk = new byte[1000];
        for (int position = 0; position < BYTES; position += chunk.length) {
            CheckedBytes.fill(chunk, position);
            all.put(chunk);
        }
        return all.array();
    }

    private void receive(byte[] bytes, int fragment) {
        for (int done = 0; done < bytes.length; done += fragment) {
            channel.writeInbound(Unpooled.copiedBuffer(bytes, done, Math.min(fragment, bytes.length - done)));
        }
    }

    private String answer() {
        ByteBuf answer = channel.readOutbound();
        try {
            return answer.toString(StandardCharsets.US_ASCII);
        } finally {
            answer.release();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, PAGE, 65_536, 1 << 20})
    void shouldFindNothingWrongHoweverItComes(int fragment) {
        receive(transfer(), fragment);
        assertEquals("mismatches=0\n", answer());
    }

    @Test
    void shouldCountWrongBytes() {
        byte[] bytes = transfer();
        bytes[100] ^= 1;
        bytes[200_000] ^= 1;
        receive(bytes, PAGE);
        assertEquals("mismatches=2\n", answer());
    }

    @Test
    void shouldFindAPageInThePlaceOfAnotherOne() {
        byte[] bytes = transfer();
        System.arraycopy(bytes, Long.BYTES + PAGE, bytes, Long.BYTES + 17 * PAGE, PAGE);
        receive(bytes, PAGE);
        int wrong = Integer.parseInt(answer().trim().split("=")[1]);
        // Of random bytes one in 256 is right.
        assertEquals(1, Math.round((double) wrong / PAGE), wrong + " wrong");
    }

    @Test
    void shouldWaitForTheRest() {
        byte[] bytes = transfer();
        channel.writeInbound(Unpooled.copiedBuffer(bytes, 0, bytes.length - 1));
        assertNull(channel.readOutbound());
        channel.writeInbound(Unpooled.copiedBuffer(bytes, bytes.length - 1, 1));
        assertEquals("mismatches=0\n", answer());
    }
}
