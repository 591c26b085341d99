// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.mockserver.integration.ClientAndServer;
import org.mockserver.model.HttpRequest;
import org.mockserver.model.HttpResponse;

/** A MockServer that was told to echo, and a client without Netty. */
final class MockServerProgram {
    private MockServerProgram() {}

    public static void main(String[] arguments) throws Exception {
        byte[] bytes = Bytes.random();
        byte[] answer;
        try (ClientAndServer server = ClientAndServer.startClientAndServer(0)) {
            server.when(HttpRequest.request("/echo"))
                    .respond(request -> HttpResponse.response().withBody(request.getBodyAsRawBytes()));
            URI uri = URI.create("http://localhost:" + server.getPort() + "/echo");
            answer = HttpClient.newHttpClient()
                    .send(
                            java.net.http.HttpRequest.newBuilder(uri)
                                    .POST(BodyPublishers.ofByteArray(bytes))
                                    .build(),
                            BodyHandlers.ofByteArray())
                    .body();
        }
        Bytes.compare(bytes, answer);
    }
}
