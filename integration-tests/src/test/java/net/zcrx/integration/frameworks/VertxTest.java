// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.util.concurrent.CompletableFuture;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMetrics;
import net.zcrx.integration.Await;
import net.zcrx.integration.Payload;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Vert.x by its transport SPI. */
class VertxTest {
    private static final byte[] BODY = Payload.random(1, 10_000_000);

    private ZcrxIoHandlerFactory factory;
    private Vertx vertx;

    @BeforeEach
    void open() {
        ZcrxVertxTransport transport = new ZcrxVertxTransport();
        factory = (ZcrxIoHandlerFactory) transport.ioHandlerFactory();
        vertx = Vertx.builder().withTransport(transport).build();
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
        for (ZcrxMetrics metrics : factory.metrics()) {
            assertEquals(0, metrics.heldBuffers(), metrics::toString);
        }
    }

    @Test
    void shouldEcho() throws Exception {
        HttpServer server = await(vertx.createHttpServer()
                .requestHandler(request -> request.pipeTo(request.response().setChunked(true)))
                .listen(0, "127.0.0.1"));
        HttpClient client = vertx.createHttpClient();
        Buffer echo = await(client.request(HttpMethod.POST, server.actualPort(), "localhost", "/")
                .compose(VertxTest::send)
                .compose(HttpClientResponse::body));
        assertArrayEquals(BODY, echo.getBytes());
        // Vert.x closes a client that nobody refers to any more, with its connections.
        await(client.close());
        long received =
                factory.metrics().stream().mapToLong(ZcrxMetrics::copiedBytes).sum();
        assertTrue(received > 2L * BODY.length, () -> "Only " + received + " bytes came by our transport.");
    }

    private static Future<HttpClientResponse> send(HttpClientRequest request) {
        return request.send(Buffer.buffer(BODY));
    }

    @Test
    void shouldCarryDatagrams() throws Exception {
        byte[] sent = Payload.random(2, 1000);
        CompletableFuture<Buffer> received = new CompletableFuture<>();
        DatagramSocket receiver = await(vertx.createDatagramSocket().listen(0, "127.0.0.1"));
        receiver.handler(packet -> received.complete(packet.data()));
        await(vertx.createDatagramSocket()
                .send(Buffer.buffer(sent), receiver.localAddress().port(), "127.0.0.1"));
        assertArrayEquals(sent, Await.result(received).getBytes());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return Await.result(future.toCompletionStage().toCompletableFuture());
    }
}
