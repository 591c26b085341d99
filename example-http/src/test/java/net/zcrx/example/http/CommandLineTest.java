// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Options, right and wrong, and how the process ends. */
class CommandLineTest {
    private static final String NO_NATIVE = "-Dio.netty.transport.noNative=true";

    @TempDir
    private Path files;

    private Program.Result run(List<String> jvmOptions, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        if (!all.contains("--data-dir")) {
            all.addAll(List.of("--data-dir", files.resolve("objects").toString()));
        }
        if (!all.contains("--port")) {
            all.addAll(List.of("--port", "0"));
        }
        return Program.run("openjdk-17-jre-headless", ServerProcess.command(jvmOptions, all.toArray(new String[0])));
    }

    private static void assertSays(int status, String sentence, Program.Result result) {
        assertTrue(result.output().contains(sentence), result.output());
        assertEquals(status, result.status(), result.output());
        assertFalse(result.output().contains("\tat "), result.output());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --no-such-option                         | Unknown option: '--no-such-option'
            --transport carrier-pigeon               | Invalid value for option '--transport'
            --mode BEST                              | Invalid value for option '--mode'
            --port http                              | Invalid value for option '--port'
            --port 65536                             | --port must be from 0 to 65535, not 65536.
            --threads 0                              | --threads must be from 1 to 1024, not 0.
            --max-object-bytes 0                     | --max-object-bytes must be at least 1, not 0.
            --idle-timeout 0                         | --idle-timeout must be at least 1 second, not 0.
            --interface eth0                         | --interface and --queue must be given together
            --queue 1                                | --interface and --queue must be given together
            --interface eth0 --queue leased          | but for --queue leased, which is of any interface.
            --interface eth0 --queue -1              | "eth0:-1" names no queues of an interface
            --interface eth0 --queue 7-4             | ends before it begins
            --interface eth0 --queue 4-99999         | must be between 0 and 65535
            --interface eth0 --queue 1,1             | Queue 1 of eth0 was named before
            --interface eth0 --queue 1-3 --threads 2 | --threads must be 3 or more, not 2.
            --transport nio --mode COPY              | concern --transport zcrx, not nio.
            --tls-cert a.pem                         | --tls-cert and --tls-key must be given together.
            --tls-self-signed --tls-cert a --tls-key b | leave out --tls-cert and --tls-key.
            """)
    void shouldRefuseWrongOptions(String options, String sentence) throws Exception {
        assertSays(2, sentence, run(List.of(), options.split(" ")));
    }

    @Test
    void shouldHelp() throws Exception {
        Program.Result help = run(List.of(), "--help").succeeded();
        assertTrue(help.output().contains("--max-object-bytes"), help.output());
    }

    @ParameterizedTest
    @EnumSource(TransportName.class)
    void shouldSayThatThePortIsTaken(TransportName transport) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Program.Result result = run(
                    List.of(),
                    "--transport",
                    transport.toString(),
                    "--host",
                    "127.0.0.1",
                    "--port",
                    Integer.toString(taken.getLocalPort()));
            assertSays(1, "Cannot listen on 127.0.0.1 port " + taken.getLocalPort() + " (", result);
        }
    }

    @Test
    void shouldSayThatTheHostIsUnknown() throws Exception {
        assertSays(
                1, "Cannot listen on no-such-host.invalid port 0 (", run(List.of(), "--host", "no-such-host.invalid"));
    }

    @Test
    void shouldSayThatTheDataDirectoryIsOfNoUse() throws Exception {
        Path file = Files.createFile(files.resolve("file"));
        assertSays(1, "The data directory " + file, run(List.of(), "--data-dir", file.toString()));
        assertSays(1, "The data directory /proc/objects", run(List.of(), "--data-dir", "/proc/objects"));
        assertSays(1, "The data directory /proc", run(List.of(), "--data-dir", "/proc"));
    }

    /** A folder that cannot be written to, as the root of a container may be. */
    @Test
    void shouldServeWhereDefaultDataDirectoryCannotBeMade() throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "cd /proc && exec \"$@\"", "sh"));
        command.addAll(ServerProcess.command(List.of("-Djava.io.tmpdir=" + files), "--port", "0"));
        Path log = files.resolve("log");
        Process process = Program.start("dash", command, log);
        try {
            Await.until(() -> Files.readString(log).contains("listening on ") || !process.isAlive()
                    ? null
                    : "the server does not listen");
            String said = Files.readString(log);
            assertTrue(said.contains("The data directory zcrx-objects cannot be read and written"), said);
            assertTrue(said.contains("objects are in " + files.resolve("zcrx-objects-")), said);
            assertTrue(said.contains("listening on "), said);
        } finally {
            process.destroy();
            assertTrue(process.waitFor(1, TimeUnit.MINUTES));
        }
    }

    @Test
    void shouldNameModeOfZcrxAlone() throws Exception {
        ServerProcess server = ServerProcess.start(TransportName.EPOLL);
        try {
            assertTrue(server.log().contains("transport=epoll"), server.log());
            assertFalse(server.log().contains("mode="), server.log());
        } finally {
            server.stop();
        }
    }

    @Test
    void shouldEndWhenItIsStoppedThoughClientSaysNothing() throws Exception {
        ServerProcess server = ServerProcess.start(TransportName.ZCRX);
        try (RawClient silent = new RawClient(server)) {
            silent.send("PUT /objects/never HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\n12");
            Await.until(() -> server.unfinished().isEmpty() ? "the upload has not begun" : null);
            server.signalStop();
            server.awaitStopped();
            assertEquals(List.of(), server.unfinished());
        } finally {
            server.stop();
        }
    }

    @Test
    void shouldSayThatTheCertificateIsOfNoUse() throws Exception {
        Path text = Files.writeString(files.resolve("text"), "no PEM");
        assertSays(
                1,
                "The certificate " + text,
                run(List.of(), "--tls-cert", text.toString(), "--tls-key", text.toString()));
    }

    @Test
    void shouldServeByTheCertificateGiven() throws Exception {
        Path key = files.resolve("key.pem");
        Path certificate = files.resolve("certificate.pem");
        writeKeyAndCertificate(key, certificate);
        ServerProcess server = ServerProcess.start(
                files, List.of(), "--tls-cert", certificate.toString(), "--tls-key", key.toString());
        try {
            Program.Result curl = Program.run(
                            "curl",
                            List.of(
                                    "curl",
                                    "-sS",
                                    "--cacert",
                                    certificate.toString(),
                                    "-o",
                                    "/dev/null",
                                    "-w",
                                    "%{http_version} %{http_code}",
                                    server.url("/")))
                    .succeeded();
            assertEquals("2 200", curl.output());
        } finally {
            server.stop();
        }
    }

    private void writeKeyAndCertificate(Path key, Path certificate) throws Exception {
        Path file = files.resolve("keys.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        String options = " -genkeypair -keyalg EC -groupname secp256r1 -dname CN=test -ext san=ip:127.0.0.1"
                + " -alias server -storetype PKCS12 -storepass password -keystore " + file;
        Program.run("openjdk-17-jre-headless", List.of((keytool + options).split(" ")))
                .succeeded();
        KeyStore keys = KeyStore.getInstance(file.toFile(), "password".toCharArray());
        writePem(
                key,
                "PRIVATE KEY",
                keys.getKey("server", "password".toCharArray()).getEncoded());
        writePem(certificate, "CERTIFICATE", keys.getCertificate("server").getEncoded());
    }

    private static void writePem(Path file, String type, byte[] content) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(file, "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
    }

    @Test
    void shouldServeByTheNextBestTransportAndSayWhy() throws Exception {
        ServerProcess server = ServerProcess.start(files, List.of(NO_NATIVE));
        try {
            assertEquals("nio", server.transport());
            for (String transport : List.of("zcrx", "io_uring", "epoll")) {
                String sentence = "Transport " + transport + " is unavailable here: ";
                assertTrue(server.log().contains(sentence), server.log());
            }
            assertTrue(server.get("/stats.json").contains("\"transport\":\"nio\""));
        } finally {
            server.stop();
        }
    }

    @Test
    void shouldNotServeByAnotherTransportThanTheOneGiven() throws Exception {
        for (String transport : List.of("zcrx", "io_uring", "epoll")) {
            assertSays(
                    1,
                    "Transport " + transport + " is unavailable here: ",
                    run(List.of(NO_NATIVE), "--transport", transport));
        }
    }

    @Test
    void shouldNotServeInAnotherModeThanTheOneGiven() throws Exception {
        assertSays(
                1,
                "Transport zcrx cannot start: ",
                run(List.of(), "--mode", "ZERO_COPY", "--interface", "no-such-nic", "--queue", "1"));
    }

    @Test
    void shouldServeByCopyingWhereNoQueueIsOnLease() throws Exception {
        ServerProcess server = ServerProcess.start(files, List.of(), "--queue", "leased");
        try {
            assertTrue(server.log().contains("transport=zcrx mode=COPY"), server.log());
            assertTrue(server.log().contains("has a queue of a NIC on lease"), server.log());
        } finally {
            server.stop();
        }
    }

    @Test
    void shouldServeByCopyingWhereTheInterfaceIsUnknown() throws Exception {
        ServerProcess server = ServerProcess.start(files, List.of(), "--interface", "no-such-nic", "--queue", "1");
        try {
            assertTrue(server.log().contains("transport=zcrx mode=COPY"), server.log());
            assertTrue(server.log().contains("no-such-nic"), server.log());
        } finally {
            server.stop();
        }
    }

    @Test
    void shouldFinishWhatIsUnderWayWhenItIsStopped() throws Exception {
        ServerProcess server = ServerProcess.start(TransportName.ZCRX);
        try (RawClient idle = new RawClient(server);
                RawClient busy = new RawClient(server)) {
            idle.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n").assertStatus(200);
            busy.send("PUT /objects/last HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\n12");
            Await.until(() -> server.unfinished().isEmpty() ? "the upload has not begun" : null);
            server.signalStop();
            idle.assertEnds();
            Await.until(() -> refusesConnections(server) ? null : "the server still takes connections");
            busy.send("34").assertStatus(201);
            busy.assertEnds();
            server.awaitStopped();
            assertEquals("1234", Files.readString(server.objects().resolve("last")));
            server.assertCleanLog();
        } finally {
            server.stop();
        }
    }

    private static boolean refusesConnections(ServerProcess server) {
        try {
            new RawClient(server).close();
            return false;
        } catch (IOException refused) {
            return true;
        }
    }

    @Test
    void shouldStopAtOnceWhenNothingIsUnderWay() throws Exception {
        ServerProcess server = ServerProcess.start(TransportName.EPOLL);
        assertThrows(IOException.class, () -> {
            server.stop();
            new RawClient(server).close();
        });
    }
}
