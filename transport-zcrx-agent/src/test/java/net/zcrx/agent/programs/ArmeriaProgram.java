// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Server;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;

/** An echo by HTTP/2, with server and client of Armeria's defaults. */
final class ArmeriaProgram implements ServerProgram {
    private Server server;

    public static void main(String[] arguments) throws Exception {
        ServerProgram.run(new ArmeriaProgram(), arguments);
    }

    @Override
    public int start(int port) {
        server = Server.builder()
                .http(new InetSocketAddress(HOST, port))
                .maxRequestLength(0)
                .service(ECHO, (context, request) -> echo(request))
                .service(UPLOAD, (context, request) -> upload(request))
                .build();
        server.start().join();
        return server.activeLocalPort();
    }

    private static HttpResponse echo(HttpRequest request) {
        return HttpResponse.of(request.aggregate()
                .thenApply(body -> HttpResponse.of(HttpStatus.OK, MediaType.OCTET_STREAM, body.content())));
    }

    private static HttpResponse upload(HttpRequest request) {
        LongAdder received = new LongAdder();
        return HttpResponse.of(request.peekData(data -> received.add(data.length()))
                .subscribe()
                .thenApply(all -> HttpResponse.of(received.toString())));
    }

    @Override
    public byte[] exchange(int port, byte[] bytes) {
        WebClient client = WebClient.builder("http://" + HOST + ':' + port)
                .maxResponseLength(0)
                .responseTimeoutMillis(60_000)
                .build();
        return client.post(ECHO, bytes).aggregate().join().content().array();
    }

    @Override
    public void stop() {
        server.stop().join();
        ClientFactory.ofDefault().close();
    }
}
