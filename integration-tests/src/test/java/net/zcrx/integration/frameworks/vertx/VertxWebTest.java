// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks.vertx;

import static net.zcrx.integration.frameworks.vertx.VertxOnZcrx.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import net.zcrx.integration.Payload;
import net.zcrx.servers.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Vert.x Web, which there is in the version of the build's Vert.x 5.0 only. */
class VertxWebTest {
    private static final byte[] BODY = Payload.random(1, 10_000_000);
    private static final int FRAMES = 100;
    private static final byte[] FRAME = Payload.random(2, 60_000);

    @TempDir
    private Path directory;

    @RegisterExtension
    private final VertxOnZcrx zcrx = new VertxOnZcrx();

    private HttpServer server;

    @BeforeEach
    void serve() throws Exception {
        String file = Files.write(directory.resolve("file"), BODY).toString();
        Router router = Router.router(zcrx.vertx());
        router.put("/body")
                .handler(BodyHandler.create(directory.resolve("uploads").toString())
                        .setBodyLimit(BODY.length))
                .handler(context -> context.response().end(context.body().buffer()));
        router.get("/file").handler(context -> context.response().sendFile(file));
        router.get("/frames")
                .handler(context -> context.request()
                        .toWebSocket()
                        .onSuccess(socket -> socket.binaryMessageHandler(socket::writeBinaryMessage)));
        server = await(zcrx.vertx().createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
    }

    @Test
    void shouldCarryBodies() throws Exception {
        HttpClient client = zcrx.vertx().createHttpClient();
        Buffer echo = await(client.request(HttpMethod.PUT, server.actualPort(), "localhost", "/body")
                .compose(request -> request.send(Buffer.buffer(BODY)))
                .compose(HttpClientResponse::body));
        assertArrayEquals(BODY, echo.getBytes());
        Buffer file = await(client.request(HttpMethod.GET, server.actualPort(), "localhost", "/file")
                .compose(request -> request.send())
                .compose(HttpClientResponse::body));
        assertArrayEquals(BODY, file.getBytes());
        await(client.close());
        zcrx.assertReceived(3L * BODY.length);
    }

    @Test
    void shouldCarryWebSocket() throws Exception {
        WebSocketClient client =
                zcrx.vertx().createWebSocketClient(new WebSocketClientOptions().setMaxMessageSize(FRAME.length));
        WebSocket socket = await(client.connect(server.actualPort(), "localhost", "/frames"));
        Buffer received = Buffer.buffer();
        CompletableFuture<Void> all = new CompletableFuture<>();
        socket.binaryMessageHandler(message -> {
            received.appendBuffer(message);
            if (received.length() == FRAMES * FRAME.length) {
                all.complete(null);
            }
        });
        for (int i = 0; i < FRAMES; i++) {
            socket.writeBinaryMessage(Buffer.buffer(FRAME));
        }
        Await.result(all);
        for (int i = 0; i < FRAMES; i++) {
            assertArrayEquals(FRAME, received.getBytes(i * FRAME.length, (i + 1) * FRAME.length));
        }
        await(client.close());
        zcrx.assertReceived(2L * FRAMES * FRAME.length);
    }
}
