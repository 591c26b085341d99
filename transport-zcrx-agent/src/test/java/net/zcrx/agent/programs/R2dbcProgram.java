// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.Result;
import java.nio.ByteBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Gives a long value to PostgreSQL and gets it back, by R2DBC. */
final class R2dbcProgram {
    private R2dbcProgram() {}

    /** @param arguments the port of a PostgreSQL, and a user who needs no password */
    public static void main(String[] arguments) {
        String url = "r2dbc:postgresql://" + arguments[1] + "@localhost:" + arguments[0] + "/postgres";
        Connection connection = Mono.from(ConnectionFactories.get(url).create()).block();
        byte[] bytes = Bytes.random();
        Flux<Result> results = Flux.from(connection
                .createStatement("SELECT $1::bytea")
                .bind(0, ByteBuffer.wrap(bytes))
                .execute());
        byte[] answer = results.flatMap(result -> result.map((row, metadata) -> row.get(0, byte[].class)))
                .blockLast();
        Mono.from(connection.close()).block();
        Bytes.compare(bytes, answer);
    }
}
