// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that the server does, by curl: each transport, each protocol. */
@ParameterizedClass(name = "{0} {1}")
@MethodSource("transportsAndProtocols")
class CurlTest {
    private static final int MAX_OBJECT_BYTES = 20 << 20;
    private static final int BULK_BYTES = 16 << 20;
    private static final int BULK_CONNECTIONS = 4;

    private static ServerProcess server;

    @Parameter(0)
    private TransportName transport;

    @Parameter(1)
    private Protocol protocol;

    @TempDir
    private Path files;

    static Stream<Arguments> transportsAndProtocols() {
        return Stream.of(TransportName.values())
                .flatMap(transport -> Stream.of(Protocol.values()).map(protocol -> Arguments.of(transport, protocol)));
    }

    @BeforeParameterizedClassInvocation
    static void start(TransportName transport, Protocol protocol) throws Exception {
        List<String> options = new ArrayList<>(List.of("--max-object-bytes", Integer.toString(MAX_OBJECT_BYTES)));
        if (protocol.tls) {
            options.add("--tls-self-signed");
        }
        server = ServerProcess.start(transport, options.toArray(new String[0]));
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        try {
            server.assertNoLeak();
        } finally {
            server.stop();
        }
    }

    @AfterEach
    void leavesNothingBehind() throws Exception {
        server.awaitQuiet();
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "60", "--path-as-is"));
        command.addAll(protocol.curlOptions);
        command.addAll(List.of(arguments));
        return command;
    }

    private String curl(String... arguments) throws IOException, InterruptedException {
        return Program.run("curl", command(arguments)).succeeded().output();
    }

    /** The status of the response, whose body is dropped. */
    private String status(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-o", "/dev/null", "-w", "%{http_code}"));
        return curl(all.toArray(new String[0]));
    }

    @Test
    void shouldSpeakTheProtocolAskedFor() throws Exception {
        assertEquals(protocol.version(), curl("-o", "/dev/null", "-w", "%{http_version}", server.url("/")));
    }

    @Test
    void shouldStoreReadReplaceAndDeleteAnObject() throws Exception {
        Path first = RandomFile.create(files, "first", 1_000_003);
        Path second = RandomFile.create(files, "second", 70_001);
        String url = server.url("/objects/an.Object_1-a");
        assertEquals("201", status("-T", first.toString(), url));
        assertReadsBack(first, url);
        assertEquals("204", status("-T", second.toString(), url));
        assertReadsBack(second, url);
        assertEquals("204", status("-X", "DELETE", url));
        assertEquals("404", status(url));
        assertEquals("404", status("-X", "DELETE", url));
    }

    @Test
    void shouldStoreAnEmptyObject() throws Exception {
        Path empty = Files.createFile(files.resolve("empty"));
        String url = server.url("/objects/empty");
        assertEquals("201", status("-T", empty.toString(), url));
        assertReadsBack(empty, url);
    }

    @Test
    void shouldTellTheLengthToHead() throws Exception {
        String url = server.url("/objects/head");
        status("-T", RandomFile.create(files, "head", 12_345).toString(), url);
        String head = curl("-I", url);
        assertTrue(head.toLowerCase().contains("content-length: 12345\r\n"), head);
        assertTrue(head.contains(" 200"), head);
        assertEquals("404", status("-I", server.url("/objects/none")));
    }

    @Test
    void shouldAcceptAnUploadOfUnknownLength() throws Exception {
        Path content = RandomFile.create(files, "unknown", 3_000_017);
        String url = server.url("/objects/unknown-length");
        List<String> command = command("-T", "-", "-o", "/dev/null", "-w", "%{http_code}", url);
        Path output = files.resolve("output");
        Process curl = new ProcessBuilder(command)
                .redirectInput(content.toFile())
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertTrue(curl.waitFor(60, TimeUnit.SECONDS));
        assertEquals("201", Files.readString(output));
        assertReadsBack(content, url);
    }

    @Test
    void shouldInviteTheBodyThatIsExpectedToContinue() throws Exception {
        Path content = RandomFile.create(files, "expect", 2_000_000);
        String url = server.url("/objects/expect");
        String said = curl("-v", "-H", "Expect: 100-continue", "-T", content.toString(), url);
        assertTrue(said.contains("HTTP/" + protocol.version() + " 100"), said);
        assertTrue(said.contains("HTTP/" + protocol.version() + " 201"), said);
        assertReadsBack(content, url);
    }

    @Test
    void shouldRefuseATooLargeObjectBeforeItsBodyIsSent() throws Exception {
        Path large = RandomFile.create(files, "large", MAX_OBJECT_BYTES + 1L);
        String said = curl(
                "-v",
                "-H",
                "Expect: 100-continue",
                "-T",
                large.toString(),
                "-w",
                "sent %{size_upload}\n",
                server.url("/objects/large"));
        assertTrue(said.contains("HTTP/" + protocol.version() + " 413"), said);
        assertFalse(said.contains("HTTP/" + protocol.version() + " 100"), said);
        // Over HTTP/2 curl does not wait for the invitation.
        assertTrue(protocol.isHttp2() || said.contains("sent 0\n"), said);
    }

    @Test
    void shouldRefuseATooLargeObjectThatIsSentUninvited() throws Exception {
        Path large = RandomFile.create(files, "large", MAX_OBJECT_BYTES + 1L);
        assertEquals("413", status("-H", "Expect:", "-T", large.toString(), server.url("/objects/large")));
        assertFalse(Files.exists(server.objects().resolve("large")));
    }

    @Test
    void shouldRefuseAnObjectThatBecomesTooLarge() throws Exception {
        Path large = RandomFile.create(files, "large", MAX_OBJECT_BYTES + 1L);
        List<String> command = command(
                "-H", "Expect:", "-T", "-", "-o", "/dev/null", "-w", "%{http_code}", server.url("/objects/large"));
        Path output = files.resolve("output");
        Process curl = new ProcessBuilder(command)
                .redirectInput(large.toFile())
                .redirectOutput(output.toFile())
                .redirectError(files.resolve("errors").toFile())
                .start();
        assertTrue(curl.waitFor(60, TimeUnit.SECONDS));
        assertEquals("413", Files.readString(output));
        assertFalse(Files.exists(server.objects().resolve("large")));
    }

    @Test
    void shouldReadASmallBodyThatNobodyWantsAndKeepTheConnection() throws Exception {
        String body = RandomFile.create(files, "unwanted", 10_000).toString();
        String url = server.url("/nothing-here");
        long before = accepted();
        if (protocol == Protocol.HTTP_2) {
            nghttp("--data", body, url, url + "?again");
        } else {
            String said = curl("--data-binary", "@" + body, "-w", "%{http_code},", url, url + "?again");
            assertEquals(2, said.split("404,", -1).length - 1, said);
        }
        assertEquals(2, accepted() - before);
    }

    @Test
    void shouldKeepTheConnection() throws Exception {
        String url = server.url("/stats.json?");
        long before = accepted();
        if (protocol == Protocol.HTTP_2) {
            nghttp(url + 1, url + 2, url + 3);
        } else {
            curl(url + 1, url + 2, url + 3);
        }
        assertEquals(2, accepted() - before);
    }

    /** Stands in for curl 7.88, which cannot send a second request on a connection of cleartext HTTP/2. */
    private static void nghttp(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("nghttp", "-n"));
        command.addAll(List.of(arguments));
        Program.run("nghttp2-client", command).succeeded();
    }

    /** Connections since the start; asking takes one of them. */
    private static long accepted() throws Exception {
        return ServerProcess.number(server.stats(), "connectionsAccepted");
    }

    @Test
    void shouldEcho() throws Exception {
        Path content = RandomFile.create(files, "echo", 20_000_003);
        Path echoed = files.resolve("echoed");
        curl("--data-binary", "@" + content, "-o", echoed.toString(), server.url("/echo"));
        assertEquals(RandomFile.sha256(content), RandomFile.sha256(echoed));
        assertEquals("", curl("-X", "POST", "--data", "", server.url("/echo")));
    }

    @Test
    void shouldEchoABodyOfUnknownLength() throws Exception {
        assertEquals("short", curl("-H", "Transfer-Encoding: chunked", "--data", "short", server.url("/echo")));
    }

    @Test
    void shouldRefuseNamesThatAreNone() throws Exception {
        for (String name : List.of(
                "",
                "..",
                "../escaped",
                "..%2fescaped",
                "%2e%2e/escaped",
                ".hidden",
                "a/b",
                "a%00b",
                "a%20b",
                "a:b",
                "a\\b",
                "n".repeat(129))) {
            assertEquals("400", status("-X", "PUT", "--data", "x", server.url("/objects/" + name)), name);
        }
        assertEquals("400", status(server.url("/objects/../objects")));
        assertEquals("400", status("-X", "DELETE", server.url("/objects/../objects")));
        assertEquals("201", status("-X", "PUT", "--data", "x", server.url("/objects/" + "n".repeat(128))));
        assertFalse(Files.exists(server.objects().resolveSibling("escaped")));
    }

    @Test
    void shouldTellUnknownPathsAndWrongMethodsApart() throws Exception {
        assertEquals("404", status(server.url("/nothing-here")));
        assertEquals("404", status(server.url("/objects")));
        assertMethodNotAllowed("POST", "-X", "GET", server.url("/echo"));
        assertMethodNotAllowed("GET, HEAD", "-X", "POST", "--data", "x", server.url("/metrics"));
        assertMethodNotAllowed("GET, HEAD, PUT, DELETE", "-X", "POST", "--data", "x", server.url("/objects/some"));
    }

    private void assertMethodNotAllowed(String allowed, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("-i"));
        all.addAll(List.of(arguments));
        String said = curl(all.toArray(new String[0]));
        assertTrue(said.startsWith("HTTP/" + protocol.version() + " 405"), said);
        assertTrue(said.toLowerCase().contains("allow: " + allowed.toLowerCase() + "\r\n"), said);
    }

    @Test
    void shouldNotServeWhatIsNoObject() throws Exception {
        Files.createDirectories(server.objects().resolve("directory"));
        Files.deleteIfExists(server.objects().resolve("link"));
        Files.createSymbolicLink(server.objects().resolve("link"), Path.of("/etc/hostname"));
        Path pipe = server.objects().resolve("pipe");
        Program.run("coreutils", List.of("mkfifo", pipe.toString())).succeeded();
        for (String name : List.of("directory", "link", "pipe")) {
            assertEquals("404", status(server.url("/objects/" + name)));
            assertEquals("404", status("-X", "DELETE", server.url("/objects/" + name)));
            assertEquals("409", status("-X", "PUT", "--data", "x", server.url("/objects/" + name)));
            assertTrue(Files.exists(server.objects().resolve(name)));
            assertFalse(Files.isRegularFile(server.objects().resolve(name), LinkOption.NOFOLLOW_LINKS));
        }
        Files.delete(pipe);
    }

    @Test
    void shouldStoreSeveralUploadsAtOnce() throws Exception {
        List<Path> contents = new ArrayList<>();
        List<Process> uploads = new ArrayList<>();
        for (int i = 0; i < BULK_CONNECTIONS; i++) {
            Path content = RandomFile.create(files, "bulk-" + i, BULK_BYTES);
            contents.add(content);
            uploads.add(Program.start(
                    "curl",
                    command("--fail", "-T", content.toString(), server.url("/objects/bulk-" + i)),
                    files.resolve("output-" + i)));
        }
        for (int i = 0; i < BULK_CONNECTIONS; i++) {
            assertTrue(uploads.get(i).waitFor(120, TimeUnit.SECONDS));
            assertEquals(0, uploads.get(i).exitValue(), Files.readString(files.resolve("output-" + i)));
            assertReadsBack(contents.get(i), server.url("/objects/bulk-" + i));
        }
    }

    @Test
    void shouldLeaveNothingOfAnUploadThatIsBrokenOff() throws Exception {
        Path content = RandomFile.create(files, "broken", 8 << 20);
        for (List<String> input : List.of(List.<String>of(), List.of("-H", "Transfer-Encoding: chunked"))) {
            List<String> command = command(
                    "-H", "Expect:", "--limit-rate", "1M", "-T", content.toString(), server.url("/objects/broken"));
            if (!protocol.isHttp2()) {
                command.addAll(input);
            }
            Process curl = Program.start("curl", command, files.resolve("output"));
            Await.until(() -> server.unfinished().isEmpty() ? "no upload has begun" : null);
            curl.destroyForcibly().waitFor();
            server.awaitQuiet();
            assertFalse(Files.exists(server.objects().resolve("broken")));
        }
    }

    @Test
    void shouldSurviveADownloadThatIsBrokenOff() throws Exception {
        String url = server.url("/objects/long-read");
        status("-T", RandomFile.create(files, "long-read", 32 << 20).toString(), url);
        Path received = files.resolve("received");
        Process curl = Program.start(
                "curl", command("--limit-rate", "1M", "-o", received.toString(), url), files.resolve("output"));
        Await.until(() -> Files.exists(received) && Files.size(received) > 0 ? null : "nothing was received");
        curl.destroyForcibly().waitFor();
    }

    @Test
    void shouldCountWhatItServes() throws Exception {
        long before = received(server.get("/metrics"));
        Path content = RandomFile.create(files, "counted", 1_000_000);
        status("-T", content.toString(), server.url("/objects/counted"));
        String metrics = server.get("/metrics");
        assertTrue(received(metrics) - before >= 1_000_000, metrics);
        for (String metric : List.of(
                "http_requests_total{status=\"200\"}",
                "http_connections_open",
                "http_connections_accepted_total",
                "http_body_buffers_held 0.0",
                "transport_buffers_held",
                "transport_info{mode=\"")) {
            assertTrue(metrics.contains(metric), () -> metric + " is not in\n" + metrics);
        }
        for (String metric :
                List.of("zcrx_area_bytes ", "zcrx_resident_bytes ", "zcrx_received_bytes_total{kind=\"copied\"}")) {
            assertEquals(transport == TransportName.ZCRX, metrics.contains(metric), () -> metric + " in\n" + metrics);
        }
        String stats = server.stats();
        assertTrue(stats.contains("\"transport\":\"" + transport + "\""), stats);
        assertEquals(transport == TransportName.ZCRX, stats.contains("\"received.buffers.copied\":"), stats);
    }

    private static long received(String metrics) {
        return metrics.lines()
                .filter(line -> line.startsWith("transport_received_bytes_total{"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf('}') + 1)))
                .sum();
    }

    private void assertReadsBack(Path content, String url) throws Exception {
        Path back = files.resolve("back");
        curl("--fail", "-o", back.toString(), "--create-dirs", url);
        if (Files.size(content) == 0) {
            assertTrue(!Files.exists(back) || Files.size(back) == 0);
        } else {
            assertEquals(RandomFile.sha256(content), RandomFile.sha256(back));
        }
        Files.deleteIfExists(back);
    }
}
