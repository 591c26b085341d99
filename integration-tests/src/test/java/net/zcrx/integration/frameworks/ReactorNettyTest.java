// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import java.time.Duration;
import net.zcrx.ZcrxMetrics;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Payload;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** Reactor Netty's HTTP server and client; the client asks a resolver on a datagram channel of the same loops. */
class ReactorNettyTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final byte[] BODY = Payload.random(1, 10_000_000);

    @Test
    void shouldEcho() {
        try (Loops loops = Loops.zcrx(2)) {
            LoopResources resources = new ZcrxLoopResources(loops.group());
            DisposableServer server = HttpServer.create()
                    .runOn(resources)
                    .host("127.0.0.1")
                    .port(0)
                    .handle((request, response) ->
                            response.send(request.receive().retain()))
                    .bindNow(TIMEOUT);
            try {
                byte[] echo = HttpClient.create(ConnectionProvider.newConnection())
                        .runOn(resources)
                        .post()
                        .uri("http://localhost:" + server.port())
                        .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(BODY)))
                        .responseContent()
                        .aggregate()
                        .asByteArray()
                        .block(TIMEOUT);
                assertArrayEquals(BODY, echo);
            } finally {
                server.disposeNow(TIMEOUT);
            }
            assertTrue(loops.sum(ZcrxMetrics::copiedBytes) > 2L * BODY.length);
        }
    }
}
