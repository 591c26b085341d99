// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks.vertx;

import static net.zcrx.integration.frameworks.vertx.VertxOnZcrx.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Path;
import net.zcrx.integration.Payload;
import net.zcrx.servers.PostgresServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Vert.x's client of PostgreSQL, which there is in the version of the build's Vert.x 5.0 only. */
class VertxPgTest {
    private static final int ROWS = 20_000;
    private static final byte[] VALUE = Payload.random(1, 10_000_000);

    @TempDir
    private Path directory;

    @RegisterExtension
    private final VertxOnZcrx zcrx = new VertxOnZcrx();

    @Test
    void shouldCarryRowsAndValues() throws Exception {
        try (PostgresServer server = PostgresServer.start(directory)) {
            PgConnection connection = await(PgConnection.connect(
                    zcrx.vertx(),
                    new PgConnectOptions()
                            .setHost("localhost")
                            .setPort(server.port())
                            .setDatabase("postgres")
                            .setUser(PostgresServer.USER)));
            int expected = 1;
            String rows = "SELECT i, repeat(i::text, 20) FROM generate_series(1, " + ROWS + ") i";
            for (Row row : await(connection.query(rows).execute())) {
                assertEquals(expected, row.getInteger(0));
                assertEquals(Integer.toString(expected).repeat(20), row.getString(1));
                expected++;
            }
            assertEquals(ROWS + 1, expected);
            Tuple value = Tuple.of(Buffer.buffer(VALUE));
            Row back = await(connection.preparedQuery("SELECT $1::bytea").execute(value))
                    .iterator()
                    .next();
            assertArrayEquals(VALUE, back.getBuffer(0).getBytes());
            await(connection.close());
            zcrx.assertReceived(VALUE.length);
        }
    }
}
