// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.Zcrx;
import net.zcrx.ZcrxMetrics;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Payload;
import net.zcrx.servers.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.redisson.Redisson;
import org.redisson.api.BatchResult;
import org.redisson.api.RBatch;
import org.redisson.api.RBucket;
import org.redisson.api.RedissonClient;
import org.redisson.client.NettyHook;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.config.Config;

/** Redisson, by the hook that it calls for each of its bootstraps. */
class RedissonTest {
    private static final int SECONDS = 60;
    private static final byte[] VALUE = Payload.random(1, 20_000_000);

    @TempDir
    private Path directory;

    /** What docs/frameworks.md shows. */
    private static Config config(EventLoopGroup group, DnsServerAddressStreamProvider nameServers) {
        Config config = new Config();
        config.setNettyHook(new NettyHook() {
            @Override
            public void afterBoostrapInitialization(Bootstrap bootstrap) {
                Zcrx.replaceTransport(bootstrap, group);
            }

            @Override
            public void afterChannelInitialization(Channel channel) {}
        });
        config.setAddressResolverGroupFactory((datagrams, sockets, servers) ->
                new DnsAddressResolverGroup(IoUringDatagramChannel.class, nameServers));
        config.setEventLoopGroup(group);
        return config;
    }

    @Test
    void shouldCarryValues() throws Exception {
        try (NameServer names = new NameServer("redis.test");
                RedisServer redis = RedisServer.start(directory);
                Loops loops = Loops.zcrx(2)) {
            Config config = config(loops.group(), names.provider());
            config.setCodec(ByteArrayCodec.INSTANCE);
            config.useSingleServer()
                    .setAddress("redis://redis.test:" + redis.port())
                    .setConnectionMinimumIdleSize(2)
                    .setConnectionPoolSize(4)
                    .setTimeout(SECONDS * 1000);
            RedissonClient client = Redisson.create(config);
            try {
                RBucket<byte[]> bucket = client.getBucket("value");
                bucket.set(VALUE);
                assertArrayEquals(VALUE, bucket.get());
                assertCounts(client);
            } finally {
                client.shutdown(0, SECONDS, TimeUnit.SECONDS);
            }
            assertTrue(loops.sum(ZcrxMetrics::copiedBytes) > VALUE.length);
        }
    }

    private static void assertCounts(RedissonClient client) {
        RBatch batch = client.createBatch();
        for (int i = 0; i < 10_000; i++) {
            batch.getAtomicLong("count").incrementAndGetAsync();
        }
        BatchResult<?> result = batch.execute();
        List<?> counts = result.getResponses();
        for (int i = 0; i < counts.size(); i++) {
            assertEquals(i + 1L, counts.get(i));
        }
        assertEquals(10_000, counts.size());
    }
}
