// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import net.zcrx.benchmarks.Results.PatternRuns;
import net.zcrx.benchmarks.Results.PeerRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real servers and the real load generator, for a moment each. */
@Timeout(300)
class CampaignTest {
    private static final Setup SETUP =
            new Setup(Home.find(), "cubic", List.of(), List.of(), List.of(), "0", "127.0.0.1", 0, null, 0.3, 1);
    /** Fresh clients and servers in Java need their time. */
    private static final Setup LONGER = SETUP.warmup(3).lasting(3);

    /** On a busy host all would be done three times. */
    private static final int ONCE = 1;

    private static final PrintWriter NOWHERE = new PrintWriter(Writer.nullWriter());

    @TempDir
    private Path directory;

    @AfterEach
    void forgetNginx() {
        System.clearProperty("bench.nginx");
    }

    @Test
    void shouldMeasureTwoPeersInTurns() throws Exception {
        List<Pattern> patterns = Patterns.matching(false, "mixed");
        Path json = directory.resolve("results.json");
        Results results =
                new Campaign("test", SETUP, patterns, List.of(Peer.NIO, Peer.ZCRX), 2, json, NOWHERE, ONCE).run();
        List<PeerRun> runs = results.patterns().get(0).runs();
        assertEquals(
                List.of(Peer.NIO, Peer.ZCRX, Peer.ZCRX, Peer.NIO),
                runs.stream().map(PeerRun::peer).toList());
        for (PeerRun run : runs) {
            assertNull(run.failure());
            assertTrue(run.metrics().get(Metric.THROUGHPUT) > 0);
            assertTrue(run.metrics().get(Metric.REQUESTS) > 0);
            assertTrue(run.metrics().get(Metric.P999) >= run.metrics().get(Metric.P50));
            assertTrue(run.metrics().get(Metric.CPU_PER_GIB) > 0);
        }
        assertTrue(runs.get(1).metrics().get(Metric.COPIED_BYTES) > 0, "zcrx counts what it copies");
        assertEquals(results, Results.read(json));
        assertTrue(new Report(results, false).all().contains("no verdict: "));
    }

    @Test
    void shouldMeasureASeriesOnOneServerInARound() throws Exception {
        List<Pattern> series = Stream.of("echo-http-64x1", "echo-http-1024x10")
                .flatMap(name -> Patterns.matching(false, name).stream())
                .toList();
        Results results = new Campaign("test", SETUP, series, List.of(Peer.ZCRX), 1, null, NOWHERE, ONCE).run();
        assertEquals(
                List.of("echo-http-64x1", "echo-http-1024x10"),
                results.patterns().stream().map(PatternRuns::name).toList());
        for (PatternRuns pattern : results.patterns()) {
            assertEquals(1, pattern.runs().size());
            PeerRun run = pattern.runs().get(0);
            assertNull(run.failure());
            assertTrue(run.metrics().get(Metric.REQUESTS) > 0);
            assertTrue(pattern.pacedRate() > 0);
            assertTrue(run.metrics().get(Metric.PACED_P99) > 0);
        }
    }

    @Test
    void shouldMeasureWhatAMessageCostsAtARate() throws Exception {
        double rate = 50;
        Load load = Load.http("/", 2, 64).by("http_hop").at(rate);
        Pattern cost = Pattern.of("cost", "", List.of(Goal.ofBest(Metric.CPU_PER_MESSAGE, 1)), load);
        Results results = new Campaign("test", LONGER, List.of(cost), List.of(Peer.ZCRX), 1, null, NOWHERE, ONCE).run();
        PeerRun run = results.patterns().get(0).runs().get(0);
        assertNull(run.failure());
        assertTrue(run.metrics().get(Metric.CPU_PER_MESSAGE) > 0);
        // A message wakes the loop, the worker, and the loop again.
        assertTrue(run.metrics().get(Metric.SWITCHES_PER_MESSAGE) > 1);
        assertTrue(run.metrics().get(Metric.PACED_P99) >= run.metrics().get(Metric.PACED_P50));
        if (SyscallCounter.find().isAvailable()) {
            assertTrue(run.metrics().get(Metric.SYSCALLS_PER_MESSAGE) > 1);
        }
    }

    private PeerRun measure(String pattern) throws IOException {
        List<Pattern> patterns = Patterns.matching(false, pattern);
        Results results = new Campaign("test", LONGER, patterns, List.of(Peer.ZCRX), 1, null, NOWHERE, ONCE).run();
        return results.patterns().get(0).runs().get(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc-unary-1024x8", "tls-tcnative-echo-1024x16", "tls-jdk-echo-1024x16"})
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "1",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldMeasureMessagesOfAProtocol(String pattern) throws Exception {
        PeerRun run = measure(pattern);
        assertNull(run.failure());
        assertTrue(run.metrics().get(Metric.REQUESTS) > 0);
        assertTrue(run.metrics().get(Metric.CPU_PER_MILLION) > 0);
        assertTrue(run.metrics().get(Metric.P99) >= run.metrics().get(Metric.P50));
        assertTrue(run.metrics().get(Metric.COPIED_BYTES) > 0, "zcrx received them");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "grpc-upload",
                "tls-tcnative-upload",
                "tls-jdk-upload",
                "http2-uploadx4",
                "gateway-slow-x16",
                "store-disk-put-64Kx16"
            })
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "0",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldMeasureUploadsOfAProtocol(String pattern) throws Exception {
        PeerRun run = measure(pattern);
        assertNull(run.failure());
        assertTrue(run.metrics().get(Metric.THROUGHPUT) > 0);
        assertTrue(run.metrics().get(Metric.CPU_PER_GIB) > 0);
        assertTrue(run.metrics().get(Metric.COPIED_BYTES) > 0, "zcrx received them");
        assertEquals(pattern.startsWith("gateway"), run.metrics().containsKey(Metric.HELD_MEMORY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc-download", "http2-downloadx4", "store-disk-get-64Kx4"})
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "1",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldMeasureDownloadsOfAProtocol(String pattern) throws Exception {
        PeerRun run = measure(pattern);
        assertNull(run.failure());
        assertTrue(run.metrics().get(Metric.THROUGHPUT) > 0);
    }

    @Test
    void shouldLeaveOutAPeerWithoutLibraries() throws Exception {
        StringWriter said = new StringWriter();
        List<Pattern> http2 = Patterns.matching(false, "http2-uploadx4");
        Results results = new Campaign(
                        "test", LONGER, http2, List.of(Peer.INCUBATOR), 1, null, new PrintWriter(said, true), ONCE)
                .run();
        assertEquals(List.of(), results.patterns().get(0).runs());
        assertTrue(new Report(results, false).all().contains("http2-uploadx4"), "there is a report nevertheless");
        assertTrue(said.toString().contains("incubator is left out of http2-upload"), said::toString);
    }

    @Test
    void shouldMeasureThroughNginx() throws Exception {
        Path unpacked = Home.find().module().resolveSibling(".zcrx/nginx/usr/sbin/nginx");
        Path installed = Path.of("/usr/sbin/nginx");
        assumeTrue(Files.exists(unpacked) || Files.exists(installed), "nginx is not here: ./zcrx bench quick gets it");
        System.setProperty("bench.nginx", (Files.exists(unpacked) ? unpacked : installed).toString());
        PeerRun run = measure("pinned-nginx-64x4");
        assertNull(run.failure());
        assertTrue(run.metrics().get(Metric.REQUESTS) > 0);
    }

    @Test
    void shouldSayThatNginxIsMissingAndGoOn() throws Exception {
        System.setProperty("bench.nginx", "/nonexistent/nginx");
        List<Pattern> patterns = Stream.of("pinned-nginx-64x4", "pinned-tcp-64x4")
                .flatMap(name -> Patterns.matching(false, name).stream())
                .toList();
        Results results = new Campaign("test", LONGER, patterns, List.of(Peer.EPOLL), 1, null, NOWHERE, ONCE).run();
        String failure = results.patterns().get(0).runs().get(0).failure();
        assertTrue(failure.contains("nginx is missing"), failure);
        assertNull(results.patterns().get(1).runs().get(0).failure());
    }

    @Test
    void shouldMeasureLargeAnswersOfAServerThatStopsReading() throws Exception {
        Load load = Load.http("/echo", 2, 1_000_000).by("http_server").at(5);
        Pattern cost = Pattern.of("cost", "", List.of(Goal.ofBest(Metric.CPU_PER_MESSAGE, 1)), load);
        Results results = new Campaign("test", LONGER, List.of(cost), List.of(Peer.ZCRX), 1, null, NOWHERE, ONCE).run();
        PeerRun run = results.patterns().get(0).runs().get(0);
        assertNull(run.failure());
        assertTrue(run.metrics().get(Metric.CPU_PER_MESSAGE) > 0);
    }

    /**
     * Netty's codec closes a connection with more than 128 requests that are not answered: the client must not get
     * there.
     */
    @Test
    void shouldSayThatARateIsTooHigh() throws Exception {
        Load load = Load.http("/", 1, 64).by("http_hop").at(1_000_000);
        Pattern cost = Pattern.of("cost", "", List.of(Goal.ofBest(Metric.CPU_PER_MESSAGE, 1)), load);
        Results results =
                new Campaign("test", LONGER, List.of(cost), List.of(Peer.EPOLL), 1, null, NOWHERE, ONCE).run();
        String failure = results.patterns().get(0).runs().get(0).failure();
        assertTrue(failure.startsWith("Of 1,000,000 messages per second "), failure);
    }

    /** Before its measurement is over: it takes 6 seconds and the start of a JVM. */
    @Test
    void shouldGoOnWhenAServerDies() throws Exception {
        Setup deadly = new Setup(
                Home.find(),
                "cubic",
                List.of("timeout", "--signal=KILL", "5"),
                List.of(),
                List.of(),
                "0",
                "127.0.0.1",
                0,
                null,
                3.0,
                3);
        List<Pattern> patterns = Stream.of("pinned-tcp-64x4", "cost-tcp-64x4-1k", "free-tcp-64x4")
                .flatMap(name -> Patterns.matching(false, name).stream())
                .toList();
        Results results = new Campaign("test", deadly, patterns, List.of(Peer.EPOLL), 1, null, NOWHERE, ONCE).run();
        List<String> failures = results.patterns().stream()
                .map(pattern -> pattern.runs().get(0).failure())
                .toList();
        assertNotNull(failures.get(0));
        assertNotNull(failures.get(1));
        assertNull(failures.get(2), "the prefix of the free placement lets its server live");
    }

    @Test
    void shouldMeasureWhereTheSchedulerLikes() throws Exception {
        Pattern free = Patterns.matching(false, "free-http-5000x4").get(0);
        assertEquals(Runtime.getRuntime().availableProcessors(), free.loops());
        Setup nowhere = new Setup(
                Home.find(), "cubic", List.of("false"), List.of("false"), List.of(), "0", "127.0.0.1", 0, null, 3.0, 3);
        Results results =
                new Campaign("test", nowhere, List.of(free), List.of(Peer.EPOLL), 1, null, NOWHERE, ONCE).run();
        PeerRun run = results.patterns().get(0).runs().get(0);
        assertNull(run.failure(), "the prefixes of the pinned layout are not used");
        assertTrue(run.metrics().get(Metric.REQUESTS) > 0);
    }

    @Test
    void shouldMeasureThePeerOnNetty41() throws Exception {
        Pattern single = Patterns.matching(false, "incast-1").get(0);
        try (Target target = Target.start(SETUP, Peer.INCUBATOR, single)) {
            assertTrue(
                    Run.measure(SETUP, single, target, 0, SyscallCounter.find()).get(Metric.THROUGHPUT) > 0);
        }
    }

    @Test
    void shouldReportAServerThatCannotStart() throws Exception {
        Setup nowhere =
                new Setup(Home.find(), "cubic", List.of(), List.of(), List.of(), "0", "192.0.2.1", 0, null, 0.1, 0.1);
        Pattern single = Patterns.matching(false, "incast-1").get(0);
        Results results =
                new Campaign("test", nowhere, List.of(single), List.of(Peer.NIO), 1, null, NOWHERE, ONCE).run();
        assertTrue(results.patterns().get(0).runs().get(0).failure().contains("ended at its start"));
    }
}
