// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.benchmarks.nic.NicResults.CaseResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Both sides as programs, over loopback, where there is no NIC to set up. */
@Timeout(300)
class NicCommandTest {
    @TempDir
    private Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    private Process start(String... options) throws IOException {
        Process process = NicProgram.start(List.of(), options);
        started.add(process);
        return process;
    }

    private Process listen(Path json, String... more) throws IOException {
        List<String> options = new ArrayList<>(List.of("--interface", "lo", "--listen", "--port", "0"));
        options.addAll(List.of("--seconds", "0.3", "--warmup", "0.1", "--check-mib", "2", "--json", json.toString()));
        options.addAll(List.of(more));
        return start(options.toArray(String[]::new));
    }

    @Test
    void shouldMeasureOverLoopback() throws Exception {
        Path json = directory.resolve("lo.json");
        Process server = listen(json, "--rounds", "1", "--transports", "epoll,zcrx-copy,zcrx", "--softirq-cpus", "0");
        Process client = start("--load", "localhost", "--port", NicProgram.port(server), "--load-cpus", "0");
        String clientSaid = NicProgram.rest(client);
        String said = NicProgram.rest(server);
        assertEquals(0, server.exitValue(), said);
        assertEquals(0, client.exitValue(), clientSaid);
        // Both users see the results.
        assertTrue(said.contains("one core"), said);
        assertTrue(clientSaid.contains("one core"), clientSaid);
        assertTrue(said.contains("zero copy is not measured"), said);
        NicResults results = NicResults.read(json);
        assertEquals(NicResults.FORM, results.form());
        assertEquals("lo", results.nic().interfaceName());
        assertEquals("lo", results.clientNic().interfaceName());
        assertEquals(results.server().kernel(), results.client().kernel());
        assertEquals(List.of(), results.changes());
        assertTrue(results.runs().size() >= 2, said);
        results.runs().forEach(NicCommandTest::isMeasured);
    }

    private static void isMeasured(CaseResult run) {
        assertNull(run.failure());
        Figures figures = run.figures();
        assertTrue(figures.gbitPerSecond() > 0, figures::toString);
        assertTrue(figures.serverCpuPerGib() > 0, figures::toString);
        assertTrue(figures.cpuPerGib() > 0, figures::toString);
        assertTrue(figures.seconds() >= 0.3, figures::toString);
        assertEquals(0, figures.mismatches(), figures::toString);
        assertEquals("0", run.softirqCpus());
        if (run.transport().equals("epoll")) {
            assertNull(figures.zeroCopyShare());
        } else {
            assertEquals(0, figures.zeroCopyShare(), figures::toString);
            assertNotNull(figures.exhaustions());
        }
    }

    /** Something else that connects is told so and not waited for, and a client that goes is a sentence. */
    @Test
    void shouldKeepWhatWasMeasuredWhenTheClientGoesAway() throws Exception {
        Path json = directory.resolve("gone.json");
        Process server = listen(json, "--rounds", "1000", "--transports", "epoll");
        int port = Integer.parseInt(NicProgram.port(server));
        try (Socket other = new Socket("127.0.0.1", port)) {
            other.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        Process client = start("--load", "127.0.0.1", "--port", Integer.toString(port));
        BufferedReader said = server.inputReader();
        StringBuilder text = new StringBuilder();
        for (String line; (line = said.readLine()) != null; ) {
            text.append(line).append('\n');
            if (line.startsWith("[1/")) {
                client.destroyForcibly();
            }
        }
        assertTrue(server.waitFor(60, TimeUnit.SECONDS));
        assertEquals(1, server.exitValue(), text::toString);
        assertTrue(text.toString().contains("is not ./zcrx bench nic"), text::toString);
        assertTrue(text.toString().contains("went away"), text::toString);
        NicResults results = NicResults.read(json);
        assertNull(results.runs().get(0).failure());
        assertFalse(results.notes().isEmpty());
    }

    private static String said(int expected, String... options) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream err = System.err;
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertEquals(expected, new CommandLine(new NicCommand()).execute(options), said::toString);
        } finally {
            System.setErr(err);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--flows 1|which side",
                "--listen --load localhost|which side",
                "--listen|--interface NIC:QUEUES",
                "--listen --interface eth0:7-4|smaller number first",
                "--listen --interface eth0:4 --port 65534|--port is from 0 to 65533",
                "--listen --interface eth0:4 --rounds 0|at least 1",
                "--listen --interface eth0:4 --seconds 0|more than 0",
                "--listen --interface eth0:4 --mtus 0|sizes in bytes",
                "--listen --interface eth0:4 --buffers 5000|powers of two",
                "--listen --interface eth0:4 --transports dpdk|There is no transport dpdk",
                "--listen --interface eth0:4 --softirq-cpus x|no list of processors",
                "--listen --interface eth0:4 --json /nonesuch/file|nothing can be written to /nonesuch",
                "--load localhost --mtus 1500|is the server's",
                "--load nonesuch.invalid|no host nonesuch.invalid",
                "--load ::1|no IPv4 address",
            })
    void shouldSayWhatIsWrong(String options, String sentence) {
        String said = said(CommandLine.ExitCode.USAGE, options.split(" "));
        assertTrue(said.contains(sentence), said);
    }

    @Test
    void shouldSayThatThereIsNoSuchInterface() {
        String said = said(
                1,
                "--listen",
                "--interface",
                "none0:1",
                "--json",
                directory.resolve("x").toString());
        assertTrue(said.contains("no network interface none0"), said);
    }

    @Test
    void shouldSayThatAPortIsInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            int port = Math.min(taken.getLocalPort(), 65_533);
            String said = said(
                    1, "--listen", "--interface", "lo", "--port", "" + port, "--json", directory.resolve("x") + "");
            assertTrue(said.contains("Port " + port + " is not free"), said);
        }
    }

    @Test
    void shouldSayThatNobodyListens() throws Exception {
        ServerSocket closed = new ServerSocket(0);
        closed.close();
        String said = said(1, "--load", "127.0.0.1", "--port", "" + closed.getLocalPort(), "--wait", "0");
        assertTrue(said.contains("Nobody answers at 127.0.0.1"), said);
        assertTrue(said.contains("--listen"), said);
    }

    @Test
    void shouldSayThatNobodyCame() {
        String said = said(
                1,
                "--listen",
                "--interface",
                "lo",
                "--port",
                "0",
                "--wait",
                "0",
                "--json",
                directory.resolve("x") + "");
        assertTrue(said.contains("No client came within 0 s"), said);
    }
}
