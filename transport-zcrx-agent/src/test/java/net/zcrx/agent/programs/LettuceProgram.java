// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.charset.StandardCharsets;

/** Puts a long value into Redis and gets it back. */
final class LettuceProgram {
    private LettuceProgram() {}

    /** @param arguments the port of a Redis */
    public static void main(String[] arguments) {
        RedisClient client = RedisClient.create("redis://localhost:" + arguments[0]);
        RedisCommands<byte[], byte[]> redis =
                client.connect(ByteArrayCodec.INSTANCE).sync();
        byte[] key = "key".getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = Bytes.random();
        redis.set(key, bytes);
        byte[] answer = redis.get(key);
        client.shutdown();
        Bytes.compare(bytes, answer);
    }
}
