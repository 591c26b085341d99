// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The load generator's PUT, with a server that it does not know. */
@Timeout(60)
class ObjectLoadTest {
    private static final int NO_CONTENT = 204;
    private static final int DISK_FULL = 507;

    private final Set<String> requests = new ConcurrentSkipListSet<>();
    private final AtomicInteger answers = new AtomicInteger();
    private String said;

    /** Returns the load generator's exit code; the server answers with a failure from the request of that number on. */
    private int put(int connections, int failing) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            requests.add(exchange.getRequestMethod() + ' ' + exchange.getRequestURI());
            exchange.sendResponseHeaders(answers.incrementAndGet() < failing ? NO_CONTENT : DISK_FULL, -1);
            exchange.close();
        });
        server.start();
        try {
            String group =
                    "put:port=" + server.getAddress().getPort() + ",conns=" + connections + ",size=1000,path=/objects/";
            Process load = new ProcessBuilder(List.of(Home.find().load().toString(), "0", "0.5", "127.0.0.1", group))
                    .redirectErrorStream(true)
                    .start();
            said = new String(load.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return load.waitFor();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void shouldGiveEachConnectionAnObject() throws Exception {
        assertEquals(0, put(3, Integer.MAX_VALUE), () -> said);
        assertEquals(Set.of("PUT /objects/000", "PUT /objects/001", "PUT /objects/002"), requests);
    }

    @Test
    void shouldNotTakeAFailureForWork() throws Exception {
        assertEquals(1, put(1, 5), () -> said);
        assertTrue(said.contains("HTTP/1.1 507, and the first one with HTTP/1.1 204"), said);
    }
}
