// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxSocketChannel;
import net.zcrx.integration.Payload;
import net.zcrx.servers.Await;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;

/** The HTTP client below the asynchronous clients of the AWS SDK, against an HTTP server of the JDK. */
class AwsSdkTest {
    private static final byte[] BODY = Payload.random(1, 20_000_000);

    @Test
    void shouldEcho() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        SdkEventLoops group = new SdkEventLoops(2);
        try (SdkAsyncHttpClient client = NettyNioAsyncHttpClient.builder()
                .eventLoopGroup(SdkEventLoopGroup.create(group, ZcrxSocketChannel::new))
                .build()) {
            assertArrayEquals(BODY, put(client, server.getAddress().getPort()));
        } finally {
            server.stop(0);
            threads.shutdown();
            group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
        }
        assertTrue(sum(ZcrxMetrics::copiedBytes) > BODY.length);
        assertEquals(0, sum(ZcrxMetrics::heldBuffers));
    }

    private static byte[] put(SdkAsyncHttpClient client, int port) throws Exception {
        Response response = new Response();
        SdkHttpRequest request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.PUT)
                .uri(URI.create("http://localhost:" + port + "/"))
                .putHeader("Host", "localhost")
                .putHeader("Content-Length", Integer.toString(BODY.length))
                .build();
        Await.result(client.execute(AsyncExecuteRequest.builder()
                .request(request)
                .requestContentPublisher(new Body())
                .responseHandler(response)
                .build()));
        return Await.result(response.body);
    }

    private static long sum(ToLongFunction<ZcrxMetrics> counter) {
        return SdkEventLoops.FACTORY.metrics().stream().mapToLong(counter).sum();
    }

    private static final class Body implements SdkHttpContentPublisher {
        @Override
        public Optional<Long> contentLength() {
            return Optional.of((long) BODY.length);
        }

        @Override
        public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
            Mono.just(ByteBuffer.wrap(BODY)).subscribe(subscriber);
        }
    }

    private static final class Response implements SdkAsyncHttpResponseHandler {
        final CompletableFuture<byte[]> body = new CompletableFuture<>();

        @Override
        public void onHeaders(SdkHttpResponse headers) {}

        @Override
        public void onStream(Publisher<ByteBuffer> parts) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            Flux.from(parts)
                    .subscribe(
                            part -> {
                                byte[] bytes = new byte[part.remaining()];
                                part.get(bytes);
                                all.writeBytes(bytes);
                            },
                            body::completeExceptionally,
                            () -> body.complete(all.toByteArray()));
        }

        @Override
        public void onError(Throwable error) {
            body.completeExceptionally(error);
        }
    }
}
