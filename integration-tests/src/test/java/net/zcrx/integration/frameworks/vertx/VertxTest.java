// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.frameworks.vertx;

import static net.zcrx.integration.frameworks.vertx.VertxOnZcrx.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.ChannelOption;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TCPSSLOptions;
import java.net.Inet6Address;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.integration.Payload;
import net.zcrx.servers.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Vert.x by its transport SPI. The build runs this with Vert.x 5.0 as well. */
class VertxTest {
    private static final byte[] BODY = Payload.random(1, 10_000_000);

    @RegisterExtension
    private final VertxOnZcrx zcrx = new VertxOnZcrx();

    private final Vertx vertx = zcrx.vertx();

    @Test
    void shouldEcho() throws Exception {
        HttpServer server = serve(SocketAddress.inetSocketAddress(0, "127.0.0.1"));
        assertEcho(SocketAddress.inetSocketAddress(server.actualPort(), "localhost"));
        zcrx.assertReceived(2L * BODY.length);
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

    /** A group of IPv4 takes none but sockets of IPv4, which Vert.x asks for by default. */
    @Test
    void shouldJoinGroupOfIpv4() throws Exception {
        DatagramSocket socket = await(vertx.createDatagramSocket().listen(0, "0.0.0.0"));
        await(socket.listenMulticastGroup("230.0.0.1", "lo", null));
        await(socket.unlistenMulticastGroup("230.0.0.1", "lo", null));
    }

    @Test
    void shouldCarryDatagramsOfIpv6() throws Exception {
        assumeTrue(
                NetworkInterface.getByName("lo").inetAddresses().anyMatch(Inet6Address.class::isInstance),
                "There is no IPv6 here.");
        DatagramSocketOptions ipv6 = new DatagramSocketOptions().setIpV6(true);
        CompletableFuture<Buffer> received = new CompletableFuture<>();
        DatagramSocket receiver = await(vertx.createDatagramSocket(ipv6).listen(0, "::1"));
        receiver.handler(packet -> received.complete(packet.data()));
        await(vertx.createDatagramSocket(ipv6)
                .send("by IPv6", receiver.localAddress().port(), "::1"));
        assertEquals("by IPv6", Await.result(received).toString());
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
        NetClientOptions clientOptions = new NetClientOptions().setReceiveBufferSize(100_000);
        // Vert.x 5.0 has this method in another class than 5.2.
        ((TCPSSLOptions) clientOptions).setTcpUserTimeout(7000);
        NetClient client = vertx.createNetClient(clientOptions);
        NetSocket connected = await(client.connect(server.actualPort(), "127.0.0.1"));
        assertEquals(true, option(Await.result(accepted), ZcrxChannelOption.TCP_CORK));
        assertEquals(7000, option(connected, ZcrxChannelOption.TCP_USER_TIMEOUT));
        assertEquals(false, option(connected, ZcrxChannelOption.TCP_CORK));
        // The kernel doubles it.
        assertEquals(200_000, option(connected, ChannelOption.SO_RCVBUF));
        // Vert.x closes a client that nobody refers to any more, with its connections.
        await(client.close());
    }

    private static <T> T option(NetSocket socket, ChannelOption<T> option) {
        return ((NetSocketInternal) socket)
                .channelHandlerContext()
                .channel()
                .config()
                .getOption(option);
    }
}
