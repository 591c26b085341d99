// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micronaut.context.ApplicationContext;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.client.BlockingHttpClient;
import io.micronaut.http.client.HttpClient;
import io.micronaut.runtime.server.EmbeddedServer;
import java.util.Map;
import net.zcrx.ZcrxMetrics;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Payload;
import org.junit.jupiter.api.Test;

/** Micronaut's server and client. */
class MicronautTest {
    private static final byte[] BODY = Payload.random(1, 9_000_000);
    private static final Map<String, Object> PROPERTIES = Map.of(
            "micronaut.server.port", -1,
            "micronaut.netty.event-loops.default.transport", "zcrx",
            "micronaut.server.netty.parent.transport", "zcrx",
            "micronaut.server.netty.worker.transport", "zcrx");

    @Controller
    static class Echo {
        @Post(value = "/echo", processes = MediaType.APPLICATION_OCTET_STREAM)
        byte[] echo(@Body byte[] body) {
            return body;
        }
    }

    @Test
    void shouldEcho() {
        byte[] answer;
        ZcrxEventLoopGroupFactory factory;
        try (EmbeddedServer server = ApplicationContext.run(EmbeddedServer.class, PROPERTIES);
                BlockingHttpClient client = server.getApplicationContext()
                        .createBean(HttpClient.class, server.getURL())
                        .toBlocking()) {
            factory = server.getApplicationContext().getBean(ZcrxEventLoopGroupFactory.class);
            answer = client.retrieve(
                    HttpRequest.POST("/echo", BODY)
                            .contentType(MediaType.APPLICATION_OCTET_STREAM_TYPE)
                            .accept(MediaType.APPLICATION_OCTET_STREAM_TYPE),
                    byte[].class);
        }
        assertArrayEquals(BODY, answer);
        assertTrue(Loops.sum(factory.handlers().metrics(), ZcrxMetrics::copiedBytes) > 2L * BODY.length);
        Loops.assertNothingHeld(factory.handlers().metrics());
    }
}
