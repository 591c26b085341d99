// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelOption;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMetrics;
import net.zcrx.integration.Await;
import net.zcrx.integration.Payload;
import net.zcrx.vertx.ZcrxVertxTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vert.x by its transport SPI. */
class VertxTest {
    private static final byte[] BODY = Payload.random(1, 10_000_000);

    private ZcrxIoHandlerFactory factory;
    private Vertx vertx;

    @BeforeEach
    void open() {
        ZcrxVertxTransport transport = new ZcrxVertxTransport();
        factory = transport.ioHandlerFactory();
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
        HttpServer server = serve(SocketAddress.inetSocketAddress(0, "127.0.0.1"));
        assertEcho(SocketAddress.inetSocketAddress(server.actualPort(), "localhost"));
        long received =
                factory.metrics().stream().mapToLong(ZcrxMetrics::copiedBytes).sum();
        assertTrue(received > 2L * BODY.length, () -> "Only " + received + " bytes came by our transport.");
    }

    @Test
    void shouldEchoOverDomainSocket(@TempDir Path directory) throws Exception {
        SocketAddress address =
                SocketAddress.domainSocketAddress(directory.resolve("http").toString());
        HttpServer server = serve(address);
        assertEcho(address);
        await(server.close());
        CompletableFuture<SocketAddress> local = new CompletableFuture<>();
        await(vertx.createNetServer()
                .connectHandler(socket -> local.complete(socket.localAddress()))
                .listen(address));
        await(vertx.createNetClient().connect(address));
        assertEquals(address.path(), Await.result(local).path());
    }

    private HttpServer serve(SocketAddress address) throws Exception {
        return await(vertx.createHttpServer()
                .requestHandler(request -> request.pipeTo(request.response().setChunked(true)))
                .listen(address));
    }

    private void assertEcho(SocketAddress server) throws Exception {
        HttpClient client = vertx.createHttpClient();
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(server)
                .setHost("localhost")
                .setURI("/");
        Buffer echo = await(client.request(request).compose(VertxTest::send).compose(HttpClientResponse::body));
        assertArrayEquals(BODY, echo.getBytes());
        // Vert.x closes a client that nobody refers to any more, with its connections.
        await(client.close());
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

    /** Both can listen, and each connection has what was asked for. */
    @Test
    void shouldSetOptionsOfTcp() throws Exception {
        NetServerOptions options =
                new NetServerOptions().setReusePort(true).setTcpCork(true).setTcpQuickAck(true);
        CompletableFuture<NetSocket> accepted = new CompletableFuture<>();
        NetServer server = await(vertx.createNetServer(options)
                .connectHandler(accepted::complete)
                .listen(0, "127.0.0.1"));
        await(vertx.createNetServer(options)
                .connectHandler(accepted::complete)
                .listen(server.actualPort(), "127.0.0.1"));
        NetSocket connected = await(vertx.createNetClient(
                        new NetClientOptions().setTcpUserTimeout(7000).setReceiveBufferSize(100_000))
                .connect(server.actualPort(), "127.0.0.1"));
        assertEquals(true, option(Await.result(accepted), ZcrxChannelOption.TCP_CORK));
        assertEquals(7000, option(connected, ZcrxChannelOption.TCP_USER_TIMEOUT));
        assertEquals(false, option(connected, ZcrxChannelOption.TCP_CORK));
        // The kernel doubles it.
        assertEquals(200_000, option(connected, ChannelOption.SO_RCVBUF));
    }

    private static <T> T option(NetSocket socket, ChannelOption<T> option) {
        return ((NetSocketInternal) socket)
                .channelHandlerContext()
                .channel()
                .config()
                .getOption(option);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return Await.result(future.toCompletionStage().toCompletableFuture());
    }
}
