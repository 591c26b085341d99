// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.zcrx.benchmarks.Results.PatternRuns;
import net.zcrx.benchmarks.Results.PeerRun;
import net.zcrx.benchmarks.Summary.Comparison;
import net.zcrx.benchmarks.Summary.Verdict;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private static final List<Long> QUIET = Collections.nCopies(10, 30_000_000L);
    private static final List<Long> NOISY = List.of(30_000_000L, 31_000_000L, 30_000_000L, 40_000_000L, 45_000_000L);
    private static final Goal FASTER = Goal.ofBest(Metric.THROUGHPUT, 1.10);
    private static final Goal CHEAPER = Goal.ofBest(Metric.CPU_PER_GIB, 0.90);

    private final List<PeerRun> runs = new ArrayList<>();

    private void round(int round, Metric metric, double epoll, double uring, double zcrx) {
        runs.add(new PeerRun(Peer.EPOLL, round, Map.of(metric, epoll), null));
        runs.add(new PeerRun(Peer.IO_URING, round, Map.of(metric, uring), null));
        runs.add(new PeerRun(Peer.ZCRX, round, Map.of(metric, zcrx), null));
    }

    private Comparison only(Goal goal, List<Long> calibrations) {
        List<Comparison> all = new Summary(
                        new PatternRuns("p", "t", "2026-01-01", 1, 0, List.of(goal), runs, calibrations))
                .comparisons();
        assertEquals(1, all.size());
        return all.get(0);
    }

    @Test
    void shouldCompareWithTheBestPeerOfEachRound() {
        // The machine was twice as fast in the second round: that is nobody's merit.
        round(1, Metric.THROUGHPUT, 10, 8, 12);
        round(2, Metric.THROUGHPUT, 16, 20, 24);
        round(3, Metric.THROUGHPUT, 10, 5, 12);
        Comparison comparison = only(FASTER, QUIET);
        assertEquals(1.2, comparison.ratio().median(), 1e-9);
        assertEquals("epoll, io_uring", comparison.versus());
        assertEquals(Verdict.MET, comparison.verdict());
    }

    @Test
    void shouldTakeTheLeastAsBestWhereLessIsBetter() {
        for (int i = 1; i <= 3; i++) {
            round(i, Metric.CPU_PER_GIB, 1.0, 0.5, 0.6);
        }
        Comparison comparison = only(CHEAPER, QUIET);
        assertEquals(1.2, comparison.ratio().median(), 1e-9);
        assertEquals(Verdict.MISSED, comparison.verdict());
    }

    @Test
    void shouldCompareWithOnePeerIfTheGoalNamesIt() {
        for (int i = 1; i <= 3; i++) {
            round(i, Metric.PACED_P99, 100, 10, 40);
        }
        Comparison comparison = only(new Goal(Metric.PACED_P99, 0.5, Peer.EPOLL), QUIET);
        assertEquals(0.4, comparison.ratio().median(), 1e-9);
        assertEquals(Verdict.MET, comparison.verdict());
    }

    @Test
    void shouldNotDecideWhenTheIntervalHoldsTheGoal() {
        round(1, Metric.THROUGHPUT, 10, 1, 10);
        round(2, Metric.THROUGHPUT, 10, 1, 12);
        round(3, Metric.THROUGHPUT, 10, 1, 13);
        assertEquals(Verdict.UNDECIDED, only(FASTER, QUIET).verdict());
    }

    @Test
    void shouldGiveNoVerdictOnFewRounds() {
        round(1, Metric.THROUGHPUT, 10, 1, 20);
        round(2, Metric.THROUGHPUT, 10, 1, 20);
        assertEquals(Verdict.TOO_FEW, only(FASTER, QUIET).verdict());
    }

    @Test
    void shouldGiveNoVerdictOnANoisyMachine() {
        for (int i = 1; i <= 3; i++) {
            round(i, Metric.THROUGHPUT, 10, 1, 20);
        }
        assertEquals(Verdict.NOISY, only(FASTER, NOISY).verdict());
    }

    @Test
    void shouldJudgeMemoryOnANoisyMachine() {
        for (int i = 1; i <= 3; i++) {
            round(i, Metric.MEMORY_PER_CONNECTION, 1000, 1100, 900);
        }
        Goal smaller = Goal.ofBest(Metric.MEMORY_PER_CONNECTION, 1.0);
        assertEquals(Verdict.MET, only(smaller, NOISY).verdict());
    }

    @Test
    void shouldLeaveOutFailedRunsAndSayWhy() {
        round(1, Metric.THROUGHPUT, 10, 1, 20);
        runs.add(new PeerRun(Peer.NIO, 1, Map.of(), "it broke"));
        Summary summary = new Summary(new PatternRuns("p", "t", "2026-01-01", 1, 0, List.of(FASTER), runs, QUIET));
        assertEquals("it broke", summary.failure(Peer.NIO).orElseThrow());
        assertTrue(summary.cell(Peer.NIO, Metric.THROUGHPUT).isEmpty());
        assertEquals(2.0, summary.comparisons().get(0).ratio().median(), 1e-9);
    }
}
