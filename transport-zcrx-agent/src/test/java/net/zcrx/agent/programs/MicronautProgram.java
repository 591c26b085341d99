// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.micronaut.context.ApplicationContext;
import io.micronaut.core.async.annotation.SingleResult;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.client.BlockingHttpClient;
import io.micronaut.http.client.HttpClient;
import io.micronaut.runtime.server.EmbeddedServer;
import java.util.Map;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** An echo by Micronaut's server and client, which must be told to take epoll. */
final class MicronautProgram implements ServerProgram {
    private EmbeddedServer server;

    @Controller
    static class Routes {
        @Post(value = ECHO, processes = MediaType.APPLICATION_OCTET_STREAM)
        byte[] echo(@Body byte[] body) {
            return body;
        }

        @Post(value = UPLOAD, consumes = MediaType.APPLICATION_OCTET_STREAM, produces = MediaType.TEXT_PLAIN)
        @SingleResult
        Publisher<String> upload(@Body Publisher<byte[]> body) {
            return Flux.from(body)
                    .map(part -> part.length)
                    .reduce(0L, Long::sum)
                    .map(String::valueOf);
        }
    }

    public static void main(String[] arguments) throws Exception {
        ServerProgram.run(new MicronautProgram(), arguments);
    }

    @Override
    public int start(int port) {
        Map<String, Object> properties = Map.of(
                "micronaut.server.host", HOST,
                "micronaut.server.port", port == 0 ? -1 : port,
                "micronaut.netty.event-loops.default.transport", "epoll",
                "micronaut.server.netty.parent.transport", "epoll",
                "micronaut.server.netty.worker.transport", "epoll");
        server = ApplicationContext.run(EmbeddedServer.class, properties);
        return server.getPort();
    }

    @Override
    public byte[] exchange(int port, byte[] bytes) {
        try (BlockingHttpClient client = server.getApplicationContext()
                .createBean(HttpClient.class, server.getURL())
                .toBlocking()) {
            return client.retrieve(
                    HttpRequest.POST(ECHO, bytes)
                            .contentType(MediaType.APPLICATION_OCTET_STREAM_TYPE)
                            .accept(MediaType.APPLICATION_OCTET_STREAM_TYPE),
                    byte[].class);
        }
    }

    @Override
    public void stop() {
        server.close();
    }
}
