// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpResources;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A gateway's two sides: an HTTP server that echoes, and a client, on Reactor Netty's own resources. */
final class ReactorNettyProgram implements ServerProgram {
    private DisposableServer server;

    public static void main(String[] arguments) throws Exception {
        ServerProgram.run(new ReactorNettyProgram(), arguments);
    }

    @Override
    public int start(int port) {
        server = HttpServer.create()
                .host(HOST)
                .port(port)
                .route(routes -> routes.post(ECHO, ReactorNettyProgram::echo).post(UPLOAD, ReactorNettyProgram::upload))
                .bindNow();
        return server.port();
    }

    private static Publisher<Void> echo(HttpServerRequest request, HttpServerResponse response) {
        String length = request.requestHeaders().get(HttpHeaderNames.CONTENT_LENGTH);
        return response.header(HttpHeaderNames.CONTENT_LENGTH, length)
                .send(request.receive().retain());
    }

    private static Publisher<Void> upload(HttpServerRequest request, HttpServerResponse response) {
        return response.sendString(request.receive()
                .map(ByteBuf::readableBytes)
                .reduce(0L, Long::sum)
                .map(String::valueOf));
    }

    @Override
    public byte[] exchange(int port, byte[] bytes) {
        return HttpClient.create()
                .host(HOST)
                .port(port)
                .post()
                .uri(ECHO)
                .send(Mono.just(Unpooled.wrappedBuffer(bytes)))
                .responseContent()
                .aggregate()
                .asByteArray()
                .block();
    }

    @Override
    public void stop() {
        server.disposeNow();
        HttpResources.disposeLoopsAndConnections();
    }
}
