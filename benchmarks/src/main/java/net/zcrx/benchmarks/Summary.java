// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;
import net.zcrx.benchmarks.Results.PatternRuns;
import net.zcrx.benchmarks.Results.PeerRun;
import net.zcrx.benchmarks.Statistics.Interval;

/** The summary of one pattern's runs. */
final class Summary {
    /** The least number of rounds: with fewer, an interval says nothing. */
    private static final int MIN_ROUNDS = 3;

    private final PatternRuns runs;
    private final double noise;

    Summary(PatternRuns runs) {
        this.runs = runs;
        double[] calibrations =
                runs.calibrations().stream().mapToDouble(Long::doubleValue).toArray();
        noise = calibrations.length == 0 ? 0 : Statistics.spread(calibrations);
    }

    /** A peer's values of a metric: the median, the least and the greatest. */
    record Cell(double median, double min, double max) {}

    /** Whether zcrx reaches a goal. */
    enum Verdict {
        MET("met"),
        MISSED("missed"),
        UNDECIDED("undecided: the interval lies on both sides of the goal"),
        TOO_FEW("no verdict: fewer than " + MIN_ROUNDS + " rounds"),
        NOISY("no verdict: the machine was too noisy");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        /** Returns the verdict on a machine that is not too noisy. */
        static Verdict of(Goal goal, Interval ratio) {
            return of(goal::isMetBy, ratio);
        }

        /** @param reached whether a value reaches the goal */
        static Verdict of(DoublePredicate reached, Interval value) {
            if (value.samples() < MIN_ROUNDS) {
                return TOO_FEW;
            }
            boolean low = reached.test(value.low());
            boolean high = reached.test(value.high());
            return low != high ? UNDECIDED : low ? MET : MISSED;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /**
     * @param ratio of zcrx to the peer, over the rounds
     * @param versus the peers that it was compared with, the best of each round
     */
    record Comparison(Goal goal, Interval ratio, String versus, Verdict verdict) {}

    PatternRuns runs() {
        return runs;
    }

    /** How much the calibrations differ, as a share. */
    double noise() {
        return noise;
    }

    /** Whether the processor was too unsteady for the measured values: memory does not depend on it. */
    boolean isNoisy() {
        return noise > Calibration.MAX_SPREAD
                && runs.goals().stream().anyMatch(goal -> goal.metric() != Metric.MEMORY_PER_CONNECTION);
    }

    Optional<Cell> cell(Peer peer, Metric metric) {
        double[] values = runs.runs().stream()
                .filter(run -> run.peer() == peer && run.metrics().containsKey(metric))
                .mapToDouble(run -> run.metrics().get(metric))
                .toArray();
        if (values.length == 0) {
            return Optional.empty();
        }
        return Optional.of(
                new Cell(Statistics.median(values), Statistics.quantile(values, 0), Statistics.quantile(values, 1)));
    }

    /** Whether the peer took part. */
    boolean has(Peer peer) {
        return runs.runs().stream().anyMatch(run -> run.peer() == peer);
    }

    /** Why a peer has no values; empty if it has some. */
    Optional<String> failure(Peer peer) {
        List<PeerRun> own =
                runs.runs().stream().filter(run -> run.peer() == peer).collect(Collectors.toList());
        return own.stream().anyMatch(run -> run.failure() == null)
                ? Optional.empty()
                : own.stream().map(PeerRun::failure).findFirst();
    }

    /** How many of a peer's runs failed. */
    long failures(Peer peer) {
        return runs.runs().stream()
                .filter(run -> run.peer() == peer && run.failure() != null)
                .count();
    }

    List<Comparison> comparisons() {
        List<Comparison> comparisons = new ArrayList<>();
        for (Goal goal : runs.goals()) {
            compare(goal).ifPresent(comparisons::add);
        }
        return comparisons;
    }

    private Optional<Comparison> compare(Goal goal) {
        Map<Integer, List<PeerRun>> rounds =
                runs.runs().stream().collect(Collectors.groupingBy(PeerRun::round, TreeMap::new, Collectors.toList()));
        List<Double> ratios = new ArrayList<>();
        Map<Peer, Integer> versus = new TreeMap<>();
        for (List<PeerRun> round : rounds.values()) {
            Double own = null;
            PeerRun best = null;
            for (PeerRun run : round) {
                Double value = run.metrics().get(goal.metric());
                if (value == null) {
                    continue;
                }
                if (run.peer() == Peer.ZCRX) {
                    own = value;
                } else if (goal.versus() == null || goal.versus() == run.peer()) {
                    best = best == null || isBetter(goal.metric(), value, best) ? run : best;
                }
            }
            if (own != null && best != null) {
                ratios.add(own / best.metrics().get(goal.metric()));
                versus.merge(best.peer(), 1, Integer::sum);
            }
        }
        if (ratios.isEmpty()) {
            return Optional.empty();
        }
        Interval ratio = Statistics.bootstrapMedian(
                ratios.stream().mapToDouble(Double::doubleValue).toArray());
        String names = versus.keySet().stream().map(Peer::toString).collect(Collectors.joining(", "));
        return Optional.of(new Comparison(goal, ratio, names, isNoisy() ? Verdict.NOISY : Verdict.of(goal, ratio)));
    }

    private static boolean isBetter(Metric metric, double value, PeerRun than) {
        return metric.better(value, than.metrics().get(metric)) == value;
    }
}
