// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.netty.buffer.Unpooled;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpResources;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

/** A gateway's two sides: an HTTP server that echoes, and a client, on Reactor Netty's own resources. */
final class ReactorNettyProgram {
    private ReactorNettyProgram() {}

    public static void main(String[] arguments) {
        DisposableServer server = HttpServer.create()
                .host("localhost")
                .port(0)
                .route(routes -> routes.post(
                        "/echo",
                        (request, response) -> response.send(request.receive().retain())))
                .bindNow();
        byte[] bytes = Bytes.random();
        byte[] answer = HttpClient.create()
                .host("localhost")
                .port(server.port())
                .post()
                .uri("/echo")
                .send(Mono.just(Unpooled.wrappedBuffer(bytes)))
                .responseContent()
                .aggregate()
                .asByteArray()
                .block();
        server.disposeNow();
        HttpResources.disposeLoopsAndConnections();
        Bytes.compare(bytes, answer);
    }
}
