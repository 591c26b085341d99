// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./zcrx bench nic} with a client at the other end of the wire, on a NIC that nobody has set up. */
@Tag("vm")
class BenchNicTest {
    private static final int MTU = 1500;
    private static final String OTHER_MTU = "9000";
    private static final Pattern SHARE = Pattern.compile("\"zeroCopyShare\": ([0-9.]+)");
    private static final Pattern MISMATCHES = Pattern.compile("\"mismatches\": ([0-9]+)");
    private static final Pattern PLACED = Pattern.compile("\"rx" + Nic.QUEUE + "_iov_bytes\": ([0-9]+)");

    @TempDir
    private Path directory;

    private String before;

    @BeforeEach
    void setUp() throws Exception {
        Command.run("nic-up", "--no-split", "--no-rss", "--mtu", Integer.toString(MTU));
        before = settings();
    }

    /** Everything that the command changes. */
    private static String settings() throws Exception {
        List<String> all = new ArrayList<>();
        all.add("mtu " + NetworkInterface.getByName(Nic.NAME).getMTU());
        for (String option : List.of("-g", "-x", "-n")) {
            all.add(Command.run("ethtool", option, Nic.NAME));
        }
        all.add(Command.run("ethtool", "-k", Nic.NAME)
                .lines()
                .filter(line -> line.startsWith("ntuple"))
                .collect(Collectors.joining()));
        all.add(Command.run("nic-peer", "ip", "-o", "link", "show", "zcnic1")
                .replaceAll(".* (mtu \\d+) .*(\n)?", "peer's $1"));
        return String.join("\n", all);
    }

    private static Command server(Path json) throws Exception {
        List<String> words = new ArrayList<>(List.of("sh", "-c", "echo pid=$$; exec ./zcrx bench nic \"$@\"", "sh"));
        words.addAll(List.of("--interface", Nic.NAME + ":" + Nic.QUEUE, "--listen", "--json", json.toString()));
        words.addAll(List.of("--mtus", OTHER_MTU, "--transports", "zcrx", "--buffers", "4096", "--check-mib", "4"));
        words.addAll(List.of("--warmup", "0.5", "--seconds", "1", "--rounds", "1000"));
        return Command.start(words.toArray(String[]::new));
    }

    private static Command client() throws Exception {
        return Command.start(
                "nic-peer", "./zcrx", "bench", "nic", "--load", Nic.ADDRESS, "--load-cpus", "1", "--wait", "100");
    }

    /** It is told to end while the queue is bound: that is the worst moment. */
    @Test
    @EnabledIfEnvironmentVariable(
            named = "ZCRX_FULL",
            matches = "1",
            disabledReason = "a full run only: it takes long in a virtual machine")
    void shouldMeasureOverTheWireAndPutEverythingBackWhenItIsToldToEnd() throws Exception {
        Path json = directory.resolve("nic.json");
        try (Command server = server(json);
                Command client = client()) {
            server.says("[1/");
            Waiting.await(
                    () -> "rules of the next one: " + server.output() + client.output(),
                    () -> Waiting.value(() -> Command.run("ethtool", "-n", Nic.NAME))
                            .contains("Filter: "));
            Matcher pid = Pattern.compile("pid=(\\d+)").matcher(server.output());
            assertTrue(pid.find(), server.output());
            Command.run("kill", "-TERM", pid.group(1));
            server.exitCode();
            assertEquals(1, client.exitCode(), client.output());
            assertTrue(client.output().matches("(?s).*(went away|told to end).*"), client.output());
            assertEquals(before, settings(), server.output());
            isMeasured(Files.readString(json), server.output());
        }
        Nic.leaksNothing();
    }

    private static void isMeasured(String file, String said) {
        assertTrue(said.contains("Zero copy can be used."), said);
        assertTrue(said.contains("MTU " + OTHER_MTU + ", queue " + Nic.QUEUE), said);
        List<String> shares = all(SHARE, file);
        assertTrue(shares.size() > 0, said);
        shares.forEach(share -> assertTrue(Double.parseDouble(share) > 0.99, said));
        all(MISMATCHES, file).forEach(count -> assertEquals("0", count, said));
        assertTrue(all(PLACED, file).stream().anyMatch(bytes -> Long.parseLong(bytes) > 1 << 20), said);
        assertTrue(file.contains("\"driver\": \"zcnic\""), said);
        assertTrue(file.contains("tcp-data-split on"), said);
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).toList();
    }
}
