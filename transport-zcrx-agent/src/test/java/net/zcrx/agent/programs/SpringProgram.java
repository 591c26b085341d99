// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** An echo of Spring WebFlux with the server and the client that Spring Boot configures. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class SpringProgram implements ServerProgram {
    private ReactiveWebServerApplicationContext context;

    @Bean
    RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .POST(ECHO, SpringProgram::echo)
                .POST(UPLOAD, SpringProgram::upload)
                .build();
    }

    private static Mono<ServerResponse> echo(ServerRequest request) {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .body(request.bodyToMono(byte[].class), byte[].class);
    }

    private static Mono<ServerResponse> upload(ServerRequest request) {
        Mono<String> received = request.body(BodyExtractors.toDataBuffers())
                .map(SpringProgram::take)
                .reduce(0L, Long::sum)
                .map(String::valueOf);
        return ServerResponse.ok().contentType(MediaType.TEXT_PLAIN).body(received, String.class);
    }

    private static int take(DataBuffer buffer) {
        int count = buffer.readableByteCount();
        DataBufferUtils.release(buffer);
        return count;
    }

    public static void main(String[] arguments) throws Exception {
        ServerProgram.run(new SpringProgram(), arguments);
    }

    @Override
    public int start(int port) {
        context = (ReactiveWebServerApplicationContext) SpringApplication.run(
                SpringProgram.class,
                "--server.port=" + port,
                "--server.address=" + HOST,
                "--spring.main.banner-mode=off",
                "--logging.level.root=warn",
                "--spring.http.codecs.max-in-memory-size=32MB");
        return context.getWebServer().getPort();
    }

    @Override
    public byte[] exchange(int port, byte[] bytes) {
        return WebClient.builder()
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(4 * Bytes.COUNT))
                .build()
                .post()
                .uri("http://" + HOST + ':' + port + ECHO)
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .bodyValue(bytes)
                .retrieve()
                .bodyToMono(byte[].class)
                .block();
    }

    @Override
    public void stop() {
        context.close();
    }
}
