// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import net.zcrx.benchmarks.Results.PatternRuns;
import net.zcrx.benchmarks.Results.PeerRun;

/**
 * All patterns, each in rounds; in a round all peers, one after the other, each round another one first. A round has
 * fresh servers. Those of a series of patterns live until the series is through, so that they warm up once; a server
 * that has its turn later only waits for connections meanwhile.
 */
final class Campaign {
    private final String suite;
    private final Setup setup;
    private final List<Pattern> patterns;
    private final List<Peer> peers;
    private final int rounds;
    private final Path json;
    private final PrintWriter progress;
    private final QuietRun quiet;
    private final SyscallCounter syscalls = SyscallCounter.find();
    private final long start = System.nanoTime();
    private int done;

    /**
     * @param suite the name of this in the results
     * @param json the file that the results go to after each pattern; {@code null} for nowhere
     * @param tries of a run, with the first one, if the host takes the processors meanwhile
     */
    Campaign(
            String suite,
            Setup setup,
            List<Pattern> patterns,
            List<Peer> peers,
            int rounds,
            Path json,
            PrintWriter progress,
            int tries) {
        this.suite = suite;
        this.setup = setup;
        this.patterns = patterns;
        this.peers = peers;
        this.rounds = rounds;
        this.json = json;
        this.progress = progress;
        quiet = new QuietRun(Stolen::now, tries, progress);
    }

    Results run() throws IOException {
        if (!syscalls.isAvailable() && patterns.stream().anyMatch(Pattern::isAtARate)) {
            progress.println("System calls are not counted: " + syscalls.why());
        }
        List<PatternRuns> all = new ArrayList<>();
        Results results = new Results(suite, Machine.describe(setup.congestion()), peers, all);
        for (List<Pattern> series : Patterns.series(patterns)) {
            all.addAll(run(series));
            if (json != null) {
                results.write(json);
            }
        }
        return results;
    }

    private List<PatternRuns> run(List<Pattern> series) throws IOException {
        for (Peer peer : peers) {
            if (!series.get(0).isFor(peer)) {
                progress.println(peer + " is left out of " + series.get(0).series()
                        + ": it has no libraries or options for that.");
            }
        }
        List<Measured> all = series.stream().map(Measured::new).collect(Collectors.toList());
        List<Measured> paced = all.stream().filter(each -> each.pattern.paced()).collect(Collectors.toList());
        if (!paced.isEmpty()) {
            round(0, paced);
            paced.forEach(Measured::rateForAll);
        }
        for (int round = 1; round <= rounds; round++) {
            round(round, all);
        }
        return all.stream().map(each -> each.runs(setup)).collect(Collectors.toList());
    }

    private void round(int round, List<Measured> series) throws IOException {
        Map<Peer, Target> targets = new EnumMap<>(Peer.class);
        Setup placed = setup.at(series.get(0).pattern.placement());
        try {
            for (Measured measured : series) {
                List<Peer> order = peersOf(measured.pattern);
                Collections.rotate(order, 1 - round);
                for (Peer peer : order) {
                    PeerRun run = run(placed, measured, peer, round, targets);
                    measured.runs.add(run);
                    done++;
                    report(measured.pattern, run);
                    if (measured == series.get(series.size() - 1)) {
                        close(targets.remove(peer));
                    }
                }
            }
        } finally {
            targets.values().forEach(Campaign::close);
        }
    }

    private List<Peer> peersOf(Pattern pattern) {
        return peers.stream().filter(pattern::isFor).collect(Collectors.toCollection(ArrayList::new));
    }

    private PeerRun run(Setup placed, Measured measured, Peer peer, int round, Map<Peer, Target> targets) {
        try {
            QuietRun.Attempt attempt = quiet.measure(again -> {
                if (again) {
                    // A server that has run once more would be warmer than the others.
                    close(targets.remove(peer));
                }
                long calibration = Calibration.nanoseconds(placed);
                if (!targets.containsKey(peer)) {
                    targets.put(peer, Target.start(placed, peer, measured.pattern));
                }
                return new QuietRun.Attempt(
                        Run.measure(placed, measured.pattern, targets.get(peer), measured.pacedRate, syscalls),
                        calibration);
            });
            measured.calibrations.add(attempt.calibration());
            return new PeerRun(peer, round, attempt.metrics(), null);
        } catch (RunFailedException e) {
            return failed(peer, round, targets, e.getMessage());
        } catch (IOException e) {
            // As from /proc, which has nothing of a process that died.
            return failed(peer, round, targets, "The run broke off: " + e);
        }
    }

    /** Ends the target of a failed run, as its server may be in no state to go on. */
    private static PeerRun failed(Peer peer, int round, Map<Peer, Target> targets, String why) {
        close(targets.remove(peer));
        return new PeerRun(peer, round, Map.of(), why);
    }

    private static void close(Target target) {
        if (target != null) {
            target.close();
        }
    }

    /** The runs of a pattern so far. */
    private static final class Measured {
        private final Pattern pattern;
        private final List<PeerRun> runs = new ArrayList<>();
        private final List<Long> calibrations = new ArrayList<>();
        private double pacedRate;

        private Measured(Pattern pattern) {
            this.pattern = pattern;
        }

        /**
         * Sets the rate of all: a quarter of the slowest peer's, which all can keep, and at which a stall of the
         * machine is soon made up for.
         */
        private void rateForAll() {
            pacedRate = runs.stream()
                    .filter(run -> run.failure() == null)
                    .mapToDouble(run -> run.metrics().get(Metric.REQUESTS))
                    .map(requests -> Math.max(1, Math.floor(requests / 4)))
                    .min()
                    .orElse(0);
            runs.clear();
            calibrations.clear();
        }

        private PatternRuns runs(Setup setup) {
            return new PatternRuns(
                    pattern.name(),
                    pattern.title(),
                    LocalDate.now().toString(),
                    setup.seconds(),
                    pacedRate,
                    pattern.goals(),
                    runs,
                    calibrations);
        }
    }

    private void report(Pattern pattern, PeerRun run) {
        int total = patterns.stream()
                .mapToInt(each -> peersOf(each).size() * (rounds + (each.paced() ? 1 : 0)))
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
