package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import net.zcrx.benchmarks.Results.PeerRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real servers and the real load generator, for a moment each. */
@Timeout(120)
class CampaignTest {
    private static final Setup SETUP = new Setup(Home.find(), List.of(), List.of(), "0", "127.0.0.1", 0, null, 0.3, 1);

    @TempDir
    private Path directory;

    @Test
    void shouldMeasureTwoPeersInTurns() throws Exception {
        List<Pattern> patterns = Patterns.matching(false, "mixed");
        Path json = directory.resolve("results.json");
        Results results = new Campaign(
                        "test",
                        SETUP,
                        patterns,
                        List.of(Peer.NIO, Peer.ZCRX),
                        2,
                        json,
                        new PrintWriter(new StringWriter()))
                .run();
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
    void shouldMeasureThePeerOnNetty41() throws Exception {
        Pattern http = Patterns.matching(false, "single").get(0);
        assertTrue(Run.measure(SETUP, http, Peer.INCUBATOR, 0).get(Metric.THROUGHPUT) > 0);
    }

    @Test
    void shouldReportAServerThatCannotStart() throws Exception {
        Setup nowhere = new Setup(Home.find(), List.of(), List.of(), "0", "192.0.2.1", 0, null, 0.1, 0.1);
        Pattern single = Patterns.matching(false, "single").get(0);
        Results results = new Campaign(
                        "test",
                        nowhere,
                        List.of(single),
                        List.of(Peer.NIO),
                        1,
                        null,
                        new PrintWriter(new StringWriter()))
                .run();
        assertTrue(results.patterns().get(0).runs().get(0).failure().contains("ended at its start"));
    }
}
