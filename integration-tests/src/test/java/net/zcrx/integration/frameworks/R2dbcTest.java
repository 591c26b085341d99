// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import net.zcrx.ZcrxMetrics;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Payload;
import net.zcrx.reactor.netty.ZcrxLoopResources;
import net.zcrx.servers.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** The R2DBC driver of PostgreSQL, by its option for loops of Reactor Netty. */
class R2dbcTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int ROWS = 20_000;
    private static final byte[] VALUE = Payload.random(1, 20_000_000);

    @TempDir
    private Path directory;

    @Test
    void shouldCarryRowsAndValues() throws Exception {
        try (PostgresServer server = PostgresServer.start(directory);
                Loops loops = Loops.zcrx(2)) {
            PostgresqlConnectionConfiguration configuration = PostgresqlConnectionConfiguration.builder()
                    .host("localhost")
                    .port(server.port())
                    .username(PostgresServer.USER)
                    .loopResources(new ZcrxLoopResources(loops.group()))
                    .build();
            PostgresqlConnection connection =
                    new PostgresqlConnectionFactory(configuration).create().block(TIMEOUT);
            try {
                assertRows(connection);
                assertValue(connection);
            } finally {
                connection.close().block(TIMEOUT);
            }
            assertTrue(loops.sum(ZcrxMetrics::copiedBytes) > VALUE.length);
        }
    }

    private static void assertRows(PostgresqlConnection connection) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("MD5");
        connection
                .createStatement("SELECT i, md5(i::text) FROM generate_series(1, " + ROWS + ") i")
                .execute()
                .flatMap(result -> result.map((row, metadata) -> row.get(0, Integer.class) + row.get(1, String.class)))
                .doOnNext(row -> digest.update(row.getBytes()))
                .blockLast(TIMEOUT);
        MessageDigest expected = MessageDigest.getInstance("MD5");
        for (int i = 1; i <= ROWS; i++) {
            expected.update((i + md5(Integer.toString(i))).getBytes());
        }
        assertArrayEquals(expected.digest(), digest.digest());
    }

    private static String md5(String text) throws Exception {
        return "%032x"
                .formatted(new BigInteger(1, MessageDigest.getInstance("MD5").digest(text.getBytes())));
    }

    private static void assertValue(PostgresqlConnection connection) {
        connection
                .createStatement("CREATE TEMPORARY TABLE kept (value bytea)")
                .execute()
                .flatMap(result -> result.getRowsUpdated())
                .blockLast(TIMEOUT);
        Long inserted = connection
                .createStatement("INSERT INTO kept VALUES ($1)")
                .bind(0, ByteBuffer.wrap(VALUE))
                .execute()
                .flatMap(result -> result.getRowsUpdated())
                .blockLast(TIMEOUT);
        assertEquals(1L, inserted);
        byte[] value = Flux.from(
                        connection.createStatement("SELECT value FROM kept").execute())
                .flatMap(result -> result.map((row, metadata) -> row.get(0, byte[].class)))
                .blockLast(TIMEOUT);
        assertArrayEquals(VALUE, value);
    }
}
