// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import org.redisson.Redisson;
import org.redisson.api.RBucket;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.config.Config;
import org.redisson.config.TransportMode;

/** Puts a long value into Redis and gets it back, by epoll, which Redisson must be told to take. */
final class RedissonProgram {
    private RedissonProgram() {}

    /** @param arguments the port of a Redis */
    public static void main(String[] arguments) {
        Config config = new Config();
        config.setTransportMode(TransportMode.EPOLL);
        config.setCodec(ByteArrayCodec.INSTANCE);
        config.useSingleServer()
                .setAddress("redis://localhost:" + arguments[0])
                .setConnectionMinimumIdleSize(1)
                .setSubscriptionConnectionMinimumIdleSize(0);
        RedissonClient client = Redisson.create(config);
        RBucket<byte[]> bucket = client.getBucket("key");
        byte[] bytes = Bytes.random();
        bucket.set(bytes);
        byte[] answer = bucket.get();
        client.shutdown();
        Bytes.compare(bytes, answer);
    }
}
