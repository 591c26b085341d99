// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** HTTP by Vert.x's native transport; and a datagram and a unix domain socket, which are on the same loops. */
final class VertxProgram implements ServerProgram {
    private static final int SECONDS = 60;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    }

    public static void main(String[] arguments) throws Exception {
        ServerProgram.run(new VertxProgram(), arguments);
    }

    @Override
    public int start(int port) throws Exception {
        HttpServer server = await(
                vertx.createHttpServer().requestHandler(VertxProgram::serve).listen(port, HOST));
        return server.actualPort();
    }

    private static void serve(HttpServerRequest request) {
        if (request.path().equals(UPLOAD)) {
            LongAdder received = new LongAdder();
            request.handler(part -> received.add(part.length()))
                    .endHandler(end -> request.response().end(received.toString()));
        } else {
            request.body().onSuccess(body -> request.response().end(body));
        }
    }

    @Override
    public byte[] exchange(int port, byte[] bytes) throws Exception {
        Buffer answer = await(vertx.createHttpClient()
                .request(HttpMethod.POST, port, HOST, ECHO)
                .compose(request -> request.send(Buffer.buffer(bytes)))
                .compose(HttpClientResponse::body));
        sendDatagram(vertx);
        useDomainSocket(vertx);
        return answer.getBytes();
    }

    @Override
    public void stop() throws Exception {
        await(vertx.close());
    }

    private static void sendDatagram(Vertx vertx) throws Exception {
        CompletableFuture<String> received = new CompletableFuture<>();
        DatagramSocket socket = vertx.createDatagramSocket()
                .handler(packet -> received.complete(packet.data().toString()));
        await(socket.listen(0, "127.0.0.1"));
        await(vertx.createDatagramSocket()
                .send("datagram", socket.localAddress().port(), "127.0.0.1"));
        check("datagram", received);
    }

    private static void useDomainSocket(Vertx vertx) throws Exception {
        Path directory = Files.createTempDirectory("vertx");
        SocketAddress address =
                SocketAddress.domainSocketAddress(directory.resolve("socket").toString());
        await(vertx.createNetServer()
                .connectHandler(socket -> socket.handler(socket::write))
                .listen(address));
        CompletableFuture<String> received = new CompletableFuture<>();
        await(vertx.createNetClient().connect(address).compose(socket -> {
            socket.handler(buffer -> received.complete(buffer.toString()));
            return socket.write("domain socket");
        }));
        check("domain socket", received);
    }

    private static void check(String sent, CompletableFuture<String> received) throws Exception {
        if (!received.get(SECONDS, TimeUnit.SECONDS).equals(sent)) {
            throw new IllegalStateException("It was sent " + sent + " but received " + received.get());
        }
    }
}
