// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.Zcrx;
import net.zcrx.ZcrxMetrics;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Payload;
import net.zcrx.servers.Await;
import net.zcrx.servers.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lettuce, by the hook that it calls for each of its bootstraps. */
class LettuceTest {
    private static final int SECONDS = 60;
    private static final byte[] KEY = {'k'};
    private static final byte[] VALUE = Payload.random(1, 20_000_000);

    @TempDir
    private Path directory;

    private interface Scenario {
        void run(StatefulRedisConnection<byte[], byte[]> connection) throws Exception;
    }

    /** What docs/frameworks.md shows. */
    private static ClientResources resources(EventLoopGroup group, DnsServerAddressStreamProvider nameServers) {
        ClientResources resources = ClientResources.builder()
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterBootstrapInitialized(Bootstrap bootstrap) {
                        Zcrx.replaceTransport(bootstrap, group);
                    }
                })
                .addressResolverGroup(new DnsAddressResolverGroup(IoUringDatagramChannel.class, nameServers))
                .build();
        return resources;
    }

    private static void run(Loops loops, DnsServerAddressStreamProvider nameServers, RedisURI uri, Scenario scenario)
            throws Exception {
        uri.setTimeout(Duration.ofSeconds(SECONDS));
        ClientResources resources = resources(loops.group(), nameServers);
        RedisClient client = RedisClient.create(resources, uri);
        try {
            scenario.run(client.connect(ByteArrayCodec.INSTANCE));
        } finally {
            client.shutdown(0, SECONDS, TimeUnit.SECONDS);
            Await.result(resources.shutdown(0, SECONDS, TimeUnit.SECONDS));
        }
    }

    @Test
    void shouldCarryValues() throws Exception {
        try (NameServer names = new NameServer("redis.test");
                RedisServer redis = RedisServer.start(directory);
                Loops loops = Loops.zcrx(2)) {
            run(loops, names.provider(), RedisURI.create("redis.test", redis.port()), connection -> {
                assertCarries(connection);
                connection.sync().set("count".getBytes(), "0".getBytes());
                List<RedisFuture<Long>> counts = new ArrayList<>();
                for (int i = 0; i < 10_000; i++) {
                    counts.add(connection.async().incr("count".getBytes()));
                }
                for (int i = 0; i < counts.size(); i++) {
                    assertEquals(i + 1, Await.result(counts.get(i)));
                }
            });
            assertTrue(loops.sum(ZcrxMetrics::copiedBytes) > VALUE.length);
        }
    }

    @Test
    void shouldConnectAgain() throws Exception {
        try (NameServer names = new NameServer("redis.test");
                RedisServer redis = RedisServer.start(directory);
                Loops loops = Loops.zcrx(1)) {
            run(loops, names.provider(), RedisURI.create("redis.test", redis.port()), connection -> {
                long id = connection.sync().clientId();
                connection.async().clientKill(KillArgs.Builder.id(id).skipme(false));
                Await.until(() -> connection.sync().clientId() != id, () -> "There is no new connection.");
                assertCarries(connection);
            });
            assertTrue(loops.sum(ZcrxMetrics::copiedBytes) > VALUE.length);
        }
    }

    @Test
    void shouldUseDomainSocket() throws Exception {
        try (NameServer names = new NameServer("redis.test");
                RedisServer redis = RedisServer.start(directory);
                Loops loops = Loops.zcrx(1)) {
            RedisURI uri = RedisURI.Builder.socket(redis.socket().toString()).build();
            run(loops, names.provider(), uri, LettuceTest::assertCarries);
        }
    }

    private static void assertCarries(StatefulRedisConnection<byte[], byte[]> connection) {
        connection.sync().set(KEY, VALUE);
        assertArrayEquals(VALUE, connection.sync().get(KEY));
    }
}
