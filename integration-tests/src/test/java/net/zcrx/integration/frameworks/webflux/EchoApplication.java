// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks.webflux;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.function.ToLongFunction;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMetrics;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A WebFlux application that knows nothing of the transport but how to count its bytes. It uploads to itself with the
 * JDK's client, echoes with one that Spring Boot built, closes its context, and must end.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class EchoApplication {
    private static final int BYTES = 20_000_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    public static void main(String[] args) throws Exception {
        ZcrxIoHandlerFactory zcrx;
        try (ConfigurableApplicationContext context = SpringApplication.run(EchoApplication.class, args)) {
            zcrx = context.getBeanProvider(ZcrxIoHandlerFactory.class).getIfAvailable();
            exchange(context);
        }
        System.out.println("received " + sum(zcrx, ZcrxMetrics::copiedBytes) + " held "
                + sum(zcrx, ZcrxMetrics::heldBuffers) + " threads " + threads());
    }

    private static void exchange(ApplicationContext context) throws Exception {
        byte[] sent = new byte[BYTES];
        new Random(1).nextBytes(sent);
        URI server = URI.create("http://127.0.0.1:"
                + ((WebServerApplicationContext) context).getWebServer().getPort());
        String hash = new String(post(server.resolve("/upload"), sent));
        System.out.println("upload " + hash.equals(HexFormat.of().formatHex(sha256().digest(sent))));
        WebClient client = context.getBean(WebClient.Builder.class)
                .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(BYTES))
                .build();
        byte[] echo = client.post()
                .uri(server.resolve("/echo"))
                .bodyValue(sent)
                .retrieve()
                .bodyToMono(byte[].class)
                .block(TIMEOUT);
        System.out.println("echo " + Arrays.equals(sent, echo));
    }

    private static byte[] post(URI uri, byte[] body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(TIMEOUT)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofByteArray())
                .body();
    }

    /** -1 where the transport is not used. */
    private static long sum(ZcrxIoHandlerFactory zcrx, ToLongFunction<ZcrxMetrics> counter) {
        return zcrx == null ? -1 : zcrx.metrics().stream().mapToLong(counter).sum();
    }

    /** How many of the transport's are left. */
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("zcrx"))
                .count();
    }

    private static MessageDigest sha256() throws Exception {
        return MessageDigest.getInstance("SHA-256");
    }

    @RestController
    static class Endpoints {
        @PostMapping("/upload")
        Mono<String> upload(@RequestBody Flux<DataBuffer> body) throws Exception {
            MessageDigest digest = sha256();
            return body.map(buffer -> {
                        byte[] bytes = new byte[buffer.readableByteCount()];
                        buffer.read(bytes);
                        DataBufferUtils.release(buffer);
                        return bytes;
                    })
                    .doOnNext(digest::update)
                    .then(Mono.fromSupplier(() -> HexFormat.of().formatHex(digest.digest())));
        }

        @PostMapping("/echo")
        Flux<DataBuffer> echo(@RequestBody Flux<DataBuffer> body) {
            return body;
        }
    }
}
