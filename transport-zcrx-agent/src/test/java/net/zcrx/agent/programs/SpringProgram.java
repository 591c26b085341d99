// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/** An echo of Spring WebFlux with the server and the client that Spring Boot configures. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class SpringProgram {
    @Bean
    RouterFunction<ServerResponse> echo() {
        return RouterFunctions.route(
                RequestPredicates.POST("/echo"),
                request -> ServerResponse.ok()
                        .contentType(MediaType.APPLICATION_OCTET_STREAM)
                        .body(request.bodyToMono(byte[].class), byte[].class));
    }

    public static void main(String[] arguments) {
        ReactiveWebServerApplicationContext context = (ReactiveWebServerApplicationContext) SpringApplication.run(
                SpringProgram.class,
                "--server.port=0",
                "--server.address=localhost",
                "--spring.main.banner-mode=off",
                "--logging.level.root=warn",
                "--spring.http.codecs.max-in-memory-size=32MB");
        byte[] bytes = Bytes.random();
        byte[] answer = WebClient.builder()
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(4 * Bytes.COUNT))
                .build()
                .post()
                .uri("http://localhost:" + context.getWebServer().getPort() + "/echo")
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .bodyValue(bytes)
                .retrieve()
                .bodyToMono(byte[].class)
                .block();
        context.close();
        Bytes.compare(bytes, answer);
    }
}
