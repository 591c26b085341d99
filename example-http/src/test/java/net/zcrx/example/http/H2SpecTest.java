// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server under h2spec: in cleartext and by TLS, by zcrx and by epoll, which tells a fault of the transport from one
 * of the server. All runs are started at once, as most of their time is spent waiting for answers that do not come.
 */
class H2SpecTest {
    private static final List<TransportName> TRANSPORTS = List.of(TransportName.ZCRX, TransportName.EPOLL);

    /** All cases have names of their own but one pair. */
    private static final int CASES = 144;

    /**
     * What Netty's codec answers in another way, and why. Netty's own run of h2spec, in its module testsuite-http2,
     * leaves out the same cases.
     */
    private static final Map<String, String> LEFT_OUT_BY_NETTY = Map.of(
            "http2/5.1 - half closed (remote): Sends a HEADERS frame",
            "the codec takes it for trailers, whose pseudo headers it refuses by another code",
            "http2/5.1 - closed: Sends a HEADERS frame",
            "the codec cannot tell a closed stream from one that it has reset: it resets the stream, not the"
                    + " connection",
            "http2/5.1.1 - Sends stream identifier that is numerically smaller than previous",
            "the codec takes the smaller identifier for that of a closed stream, and resets only this");

    @TempDir
    private static Path files;

    private static final Map<String, ServerProcess> SERVERS = new LinkedHashMap<>();
    private static final Map<String, H2Spec> RUNS = new LinkedHashMap<>();

    @BeforeAll
    static void start() throws Exception {
        Path program = H2Spec.unpack(files);
        for (TransportName transport : TRANSPORTS) {
            for (boolean tls : List.of(false, true)) {
                String name = transport + (tls ? " tls" : " cleartext");
                ServerProcess server =
                        tls ? ServerProcess.start(transport, "--tls-self-signed") : ServerProcess.start(transport);
                SERVERS.put(name, server);
                RUNS.put(name, H2Spec.start(program, server, tls, files, name));
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        for (H2Spec run : RUNS.values()) {
            run.stop();
        }
        for (ServerProcess server : SERVERS.values()) {
            server.stop();
        }
    }

    @Test
    void shouldPassAllCasesThatNettyPasses() throws Exception {
        List<String> faults = new ArrayList<>();
        Set<String> failing = new TreeSet<>();
        for (var run : RUNS.entrySet()) {
            SortedMap<String, String> results = run.getValue().results();
            assertEquals(CASES, results.size(), () -> run.getKey() + ": " + results);
            results.forEach((name, fault) -> {
                if (!fault.isEmpty()) {
                    failing.add(name);
                    if (!LEFT_OUT_BY_NETTY.containsKey(name)) {
                        faults.add(run.getKey() + ": " + name + ": " + fault);
                    }
                }
            });
        }
        assertTrue(faults.isEmpty(), () -> String.join("\n\n", faults));
        assertEquals(LEFT_OUT_BY_NETTY.keySet(), failing, "A case that passes everywhere need not be left out");
        for (ServerProcess server : SERVERS.values()) {
            server.awaitQuiet();
            server.assertNoLeak();
        }
    }
}
