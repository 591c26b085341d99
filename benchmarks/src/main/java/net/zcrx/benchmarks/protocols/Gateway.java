// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.protocols;

import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;
import net.zcrx.benchmarks.server.Protocol;
import net.zcrx.benchmarks.server.Transport;
import org.reactivestreams.Publisher;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.ConnectionProvider;

/** An HTTP gateway on Reactor Netty: passes requests on to the backend that {@code -Dbench.backend=PORT} names. */
public final class Gateway implements Protocol {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int MOST_CONNECTIONS = 500;

    @Override
    public int listen(Transport transport, String address, int port, LongAdder received) {
        TransportLoops loops = new TransportLoops(transport);
        InetSocketAddress backend = new InetSocketAddress(LOOPBACK, Integer.getInteger("bench.backend"));
        HttpClient client = HttpClient.create(ConnectionProvider.create("backend", MOST_CONNECTIONS))
                .runOn(loops)
                .remoteAddress(() -> backend);
        Options options = new Options(HttpServer.create()
                .runOn(loops)
                .host(address)
                .port(port)
                .handle((request, response) -> pass(client, request, response, received)));
        transport.configure(options);
        return options.server.bindNow().port();
    }

    private static Publisher<Void> pass(
            HttpClient client, HttpServerRequest request, HttpServerResponse response, LongAdder received) {
        return client.headers(headers -> headers.set(
                        HttpHeaderNames.CONTENT_LENGTH, request.requestHeaders().get(HttpHeaderNames.CONTENT_LENGTH)))
                .post()
                .uri(request.uri())
                .send(request.receive().retain().doOnNext(bytes -> received.add(bytes.readableBytes())))
                .response((answer, body) -> {
                    response.status(answer.status()).header(HttpHeaderNames.CONTENT_LENGTH, "0");
                    return body.then(response.send());
                });
    }

    /** Reactor's servers do not change: each option makes another one. */
    private static final class Options implements Transport.Options {
        private HttpServer server;

        private Options(HttpServer server) {
            this.server = server;
        }

        @Override
        public <T> void set(ChannelOption<T> option, T value) {
            server = server.childOption(option, value);
        }
    }
}
