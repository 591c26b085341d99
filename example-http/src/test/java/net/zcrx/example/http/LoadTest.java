// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Many requests at once, by wrk, h2load and nghttp. */
@ParameterizedClass(name = "{0}")
@EnumSource(TransportName.class)
class LoadTest {
    private static final Path SCRIPTS = Path.of("src", "test", "wrk");
    private static final int REQUESTS = 500;

    private static ServerProcess server;
    private static ServerProcess tlsServer;

    @TempDir
    private Path files;

    LoadTest(TransportName transport) {}

    @BeforeParameterizedClassInvocation
    static void start(TransportName transport) throws Exception {
        server = ServerProcess.start(transport);
        tlsServer = ServerProcess.start(transport, "--tls-self-signed");
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        try {
            server.assertNoLeak();
            tlsServer.assertNoLeak();
        } finally {
            server.stop();
            tlsServer.stop();
        }
    }

    @AfterEach
    void leavesNothingBehind() throws Exception {
        server.awaitQuiet();
        tlsServer.awaitQuiet();
    }

    private static void wrk(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("wrk", "-t", "1", "-c", "20", "-d", "1s", "--timeout", "20s"));
        command.addAll(List.of(arguments));
        String said = Program.run("wrk", command).succeeded().output();
        Matcher requests = Pattern.compile("(\\d+) requests in").matcher(said);
        assertTrue(requests.find() && Long.parseLong(requests.group(1)) > 0, said);
        assertFalse(said.contains("Non-2xx"), said);
        assertFalse(said.contains("Socket errors"), said);
    }

    @Test
    void shouldServeWrk() throws Exception {
        wrk(server.url("/stats.json"));
        // Few connections: on a busy machine their handshakes alone take a while.
        wrk("-c", "2", "-d", "3s", tlsServer.url("/stats.json"));
    }

    @Test
    void shouldEchoToWrk() throws Exception {
        wrk("-s", SCRIPTS.resolve("echo.lua").toString(), server.url("/echo"));
    }

    @Test
    void shouldAnswerPipelinedRequestsOfWrk() throws Exception {
        wrk("-s", SCRIPTS.resolve("pipeline.lua").toString(), server.url("/stats.json"));
    }

    @Test
    void shouldStoreWhatWrkUploads() throws Exception {
        wrk("-s", SCRIPTS.resolve("upload.lua").toString(), server.url("/objects/"));
    }

    private void h2load(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("h2load", "-n", Integer.toString(REQUESTS), "-c", "10", "-m", "10", "-t", "1"));
        command.addAll(List.of(arguments));
        String said = Program.run("nghttp2-client", command).succeeded().output();
        assertTrue(said.contains(REQUESTS + " succeeded, 0 failed, 0 errored, 0 timeout"), said);
        assertTrue(said.contains("status codes: " + REQUESTS + " 2xx"), said);
    }

    @Test
    void shouldServeH2load() throws Exception {
        h2load(server.url("/stats.json"));
        h2load(tlsServer.url("/stats.json"));
        h2load("--h1", server.url("/stats.json"));
    }

    @Test
    void shouldEchoToH2load() throws Exception {
        String body = RandomFile.create(files, "body", 20_000).toString();
        h2load("-d", body, server.url("/echo"));
        h2load("-d", body, tlsServer.url("/echo"));
    }

    @Test
    void shouldSendObjectsToH2load() throws Exception {
        Files.copy(RandomFile.create(files, "object", 50_000), server.objects().resolve("object"));
        h2load(server.url("/objects/object"));
        h2load("--h1", server.url("/objects/object"));
    }

    @Test
    void shouldEchoToNghttp() throws Exception {
        for (ServerProcess each : List.of(server, tlsServer)) {
            Path body = RandomFile.create(files, "body", 5_000_000);
            Path echoed = files.resolve("echoed");
            Process nghttp = Program.start(
                    "nghttp2-client",
                    List.of("nghttp", "--no-verify-peer", "--data", body.toString(), each.url("/echo")),
                    echoed);
            assertEquals(0, nghttp.waitFor());
            assertEquals(RandomFile.sha256(body), RandomFile.sha256(echoed));
        }
    }

    @Test
    void shouldServeNghttpsPaddedFrames() throws Exception {
        Path body = RandomFile.create(files, "body", 5_000_000);
        Path echoed = files.resolve("echoed");
        Process nghttp = Program.start(
                "nghttp2-client",
                List.of("nghttp", "--padding", "200", "--data", body.toString(), server.url("/echo")),
                echoed);
        assertEquals(0, nghttp.waitFor());
        assertEquals(RandomFile.sha256(body), RandomFile.sha256(echoed));
    }
}
