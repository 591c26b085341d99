// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Server;

/** An echo by HTTP/2, with server and client of Armeria's defaults. */
final class ArmeriaProgram {
    private ArmeriaProgram() {}

    public static void main(String[] arguments) {
        Server server = Server.builder()
                .http(0)
                .maxRequestLength(0)
                .service(
                        "/echo",
                        (context, request) -> HttpResponse.of(request.aggregate()
                                .thenApply(body ->
                                        HttpResponse.of(HttpStatus.OK, MediaType.OCTET_STREAM, body.content()))))
                .build();
        server.start().join();
        WebClient client = WebClient.builder("http://127.0.0.1:" + server.activeLocalPort())
                .maxResponseLength(0)
                .responseTimeoutMillis(60_000)
                .build();
        byte[] bytes = Bytes.random();
        byte[] answer = client.post("/echo", bytes).aggregate().join().content().array();
        server.stop().join();
        ClientFactory.ofDefault().close();
        Bytes.compare(bytes, answer);
    }
}
