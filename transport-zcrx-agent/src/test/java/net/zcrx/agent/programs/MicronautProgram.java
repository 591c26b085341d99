// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

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

/** An echo by Micronaut's server and client, which must be told to take epoll. */
final class MicronautProgram {
    private static final Map<String, Object> PROPERTIES = Map.of(
            "micronaut.server.port", -1,
            "micronaut.netty.event-loops.default.transport", "epoll",
            "micronaut.server.netty.parent.transport", "epoll",
            "micronaut.server.netty.worker.transport", "epoll");

    private MicronautProgram() {}

    @Controller
    static class Echo {
        @Post(value = "/echo", processes = MediaType.APPLICATION_OCTET_STREAM)
        byte[] echo(@Body byte[] body) {
            return body;
        }
    }

    public static void main(String[] arguments) {
        byte[] bytes = Bytes.random();
        byte[] answer;
        try (EmbeddedServer server = ApplicationContext.run(EmbeddedServer.class, PROPERTIES);
                BlockingHttpClient client = server.getApplicationContext()
                        .createBean(HttpClient.class, server.getURL())
                        .toBlocking()) {
            answer = client.retrieve(
                    HttpRequest.POST("/echo", bytes)
                            .contentType(MediaType.APPLICATION_OCTET_STREAM_TYPE)
                            .accept(MediaType.APPLICATION_OCTET_STREAM_TYPE),
                    byte[].class);
        }
        Bytes.compare(bytes, answer);
    }
}
