// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.ChannelHandlerContext;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.memory.ZcrxByteBuf;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel fills chunks to their end, wherever a message is then; handlers must not notice. */
class ChunkEndTest {
    private static final int MESSAGES = 100;

    @RegisterExtension
    private final Loops loops =
            new Loops(1, new ZcrxIoHandlerConfig().areaBytes(1 << 20).chunkBytes(16 * 1024));

    private final Set<Class<?>> classes = ConcurrentHashMap.newKeySet();

    private final Recorder recorder = new Recorder() {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            classes.add(message.getClass());
            super.channelRead(ctx, message);
        }
    };

    /** Each message is there as a whole before it is received, as its sender waits for the one before. */
    @ParameterizedTest
    @ValueSource(ints = {1000, 7000, 16 * 1024 - 1})
    void shouldReceiveMessagesWhole(int message) throws Exception {
        byte[] data = Loops.pattern(message * MESSAGES);
        try (Loops.Pair pair = loops.connect(recorder)) {
            for (int i = 0; i < MESSAGES; i++) {
                pair.send(Arrays.copyOfRange(data, i * message, (i + 1) * message));
                recorder.awaitBuffers(i + 1);
                assertEquals(message * (i + 1), recorder.received().length, "Message " + i + " came in pieces.");
            }
            assertArrayEquals(data, recorder.received());
            // One of another class, met late, would make the JVM compile the pipeline anew.
            assertEquals(Set.of(ZcrxByteBuf.class), classes);
        }
    }
}
