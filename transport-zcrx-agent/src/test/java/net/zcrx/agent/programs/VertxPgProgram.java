// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;
import java.util.concurrent.TimeUnit;

/** Gives a long value to PostgreSQL and gets it back, by Vert.x's client on its native transport. */
final class VertxPgProgram {
    private VertxPgProgram() {}

    /** @param arguments the port of a PostgreSQL, and a user who needs no password */
    public static void main(String[] arguments) throws Exception {
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        PgConnection connection = await(PgConnection.connect(
                vertx,
                new PgConnectOptions()
                        .setHost("localhost")
                        .setPort(Integer.parseInt(arguments[0]))
                        .setDatabase("postgres")
                        .setUser(arguments[1])));
        byte[] bytes = Bytes.random();
        Buffer answer = await(connection.preparedQuery("SELECT $1::bytea").execute(Tuple.of(Buffer.buffer(bytes))))
                .iterator()
                .next()
                .getBuffer(0);
        await(connection.close());
        await(vertx.close());
        Bytes.compare(bytes, answer.getBytes());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
