package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.zcrx.benchmarks.Results.PatternRuns;
import net.zcrx.benchmarks.Results.PeerRun;

/** All patterns, each in rounds; in a round all peers, one after the other, each round another one first. */
final class Campaign {
    private final String suite;
    private final Setup setup;
    private final List<Pattern> patterns;
    private final List<Peer> peers;
    private final int rounds;
    private final Path json;
    private final PrintWriter progress;
    private final long start = System.nanoTime();
    private int done;

    /**
     * @param suite what this is called in the results
     * @param json where the results go after each pattern; {@code null} for nowhere
     */
    Campaign(
            String suite,
            Setup setup,
            List<Pattern> patterns,
            List<Peer> peers,
            int rounds,
            Path json,
            PrintWriter progress) {
        this.suite = suite;
        this.setup = setup;
        this.patterns = patterns;
        this.peers = peers;
        this.rounds = rounds;
        this.json = json;
        this.progress = progress;
    }

    Results run() throws IOException {
        Machine machine = Machine.describe();
        List<PatternRuns> all = new ArrayList<>();
        Results results = new Results(suite, machine, peers, all);
        for (Pattern pattern : patterns) {
            all.add(run(pattern));
            if (json != null) {
                results.write(json);
            }
        }
        return results;
    }

    private PatternRuns run(Pattern pattern) throws IOException {
        List<PeerRun> runs = new ArrayList<>();
        List<Long> calibrations = new ArrayList<>();
        double pacedRate = pattern.paced() ? rateForAll(pattern) : 0;
        for (int round = 1; round <= rounds; round++) {
            List<Peer> order = new ArrayList<>(peers);
            Collections.rotate(order, 1 - round);
            for (Peer peer : order) {
                calibrations.add(Calibration.nanoseconds(setup));
                runs.add(run(pattern, peer, round, pacedRate));
            }
        }
        return new PatternRuns(
                pattern.name(), pattern.title(), setup.seconds(), pacedRate, pattern.goals(), runs, calibrations);
    }

    /** Half of what the slowest peer does: a rate that all can keep. */
    private double rateForAll(Pattern pattern) throws IOException {
        double slowest = Double.POSITIVE_INFINITY;
        for (Peer peer : peers) {
            PeerRun run = run(pattern, peer, 0, 0);
            if (run.failure() == null) {
                slowest = Math.min(slowest, run.metrics().get(Metric.REQUESTS));
            }
        }
        return Double.isInfinite(slowest) ? 0 : Math.max(1, Math.floor(slowest / 2));
    }

    private PeerRun run(Pattern pattern, Peer peer, int round, double pacedRate) throws IOException {
        PeerRun run;
        try {
            run = new PeerRun(peer, round, Run.measure(setup, pattern, peer, pacedRate), null);
        } catch (RunFailedException e) {
            run = new PeerRun(peer, round, Map.of(), e.getMessage());
        }
        done++;
        report(pattern, run);
        return run;
    }

    private void report(Pattern pattern, PeerRun run) {
        int total = peers.size()
                * patterns.stream()
                        .mapToInt(each -> rounds + (each.paced() ? 1 : 0))
                        .sum();
        double minutesLeft = (System.nanoTime() - start) / 60e9 / done * (total - done);
        String round = run.round() == 0 ? "to find a rate" : "round " + run.round() + " of " + rounds;
        progress.printf(
                Locale.ROOT,
                "[%d/%d, %.0f min left] %s, %s, %s: %s%n",
                done,
                total,
                minutesLeft,
                pattern.name(),
                round,
                run.peer(),
                outcome(pattern, run));
        progress.flush();
    }

    private static String outcome(Pattern pattern, PeerRun run) {
        if (run.failure() != null) {
            return run.failure();
        }
        Metric metric = pattern.goals().get(0).metric();
        Double value = run.metrics().get(metric);
        return value == null ? "done" : metric.heading() + ' ' + metric.format(value);
    }
}
