// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.zcrx.benchmarks.Statistics.Interval;

/**
 * The pings of an event loop, alone and beside uploads that the same loop stores on a slow disk. All peers take turns;
 * a round has fresh servers, and each round another one is first.
 */
final class PingsBesideUploads {
    private static final int PING_RATE = 500;
    private static final Load PINGS = Load.messages("echo", 1, 64).at(PING_RATE).besideTheServer();
    private static final Load UPLOADS = Load.object(Kind.PUT, "store_disk", "/objects/", 4, 64 << 20);
    /** The same uploads to memory, where enough bytes arrive to compile the server's code. */
    private static final Load WARMING = UPLOADS.by("store_memory");

    private static final Pattern WARM = pattern("warm", WARMING, PINGS);
    private static final Pattern ALONE = pattern("alone", PINGS);
    private static final Pattern BESIDE = pattern("beside uploads", UPLOADS, PINGS);
    /** The pattern for which a server has all services. */
    private static final Pattern ALL = pattern("all", UPLOADS, WARMING, PINGS);

    private static final Goal GOAL = Goal.ofBest(Metric.PACED_P99, 1.2);
    private static final double MIB_PER_GIB = 1024;
    private static final double WARM_SECONDS = 2;

    private final Setup setup;
    private final Disk disk;
    private final PrintWriter progress;
    private final Map<Peer, List<Sample>> samples = new EnumMap<>(Peer.class);
    private boolean complete = true;

    /** The disk on which servers store. */
    interface Disk {
        /** Asked before each server is started: nothing may start any more where the disk is on its way out. */
        Path directory() throws IOException;
    }

    /** The results of one round. */
    private record Sample(Map<Metric, Double> alone, Map<Metric, Double> beside) {
        double ratio() {
            return beside.get(Metric.PACED_P99) / alone.get(Metric.PACED_P99);
        }
    }

    PingsBesideUploads(Setup setup, Disk disk, PrintWriter progress) {
        this.setup = setup;
        this.disk = disk;
        this.progress = progress;
    }

    private static Pattern pattern(String name, Load... load) {
        return Pattern.of(name, name, List.of(), load);
    }

    /** Runs the rounds; returns whether all could be measured. */
    boolean run(List<Peer> peers, int rounds) throws IOException {
        SyscallCounter syscalls = SyscallCounter.find();
        for (int round = 1; round <= rounds; round++) {
            List<Peer> order = new ArrayList<>(peers);
            Collections.rotate(order, 1 - round);
            for (Peer peer : order) {
                String outcome = outcome(peer, disk.directory(), syscalls);
                progress.println("round " + round + " of " + rounds + ", " + peer + ": " + outcome);
            }
        }
        return complete;
    }

    private String outcome(Peer peer, Path directory, SyscallCounter syscalls) {
        try {
            Sample sample = measure(peer, directory, syscalls);
            samples.computeIfAbsent(peer, any -> new ArrayList<>()).add(sample);
            return "p99 beside uploads is " + number(sample.ratio()) + " of alone";
        } catch (RunFailedException e) {
            complete = false;
            return e.getMessage();
        } catch (IOException e) {
            // As from /proc, which has nothing of a process that died.
            complete = false;
            return "The run broke off: " + e;
        }
    }

    private Sample measure(Peer peer, Path directory, SyscallCounter syscalls) throws IOException, RunFailedException {
        try (Target target = Target.start(setup, peer, ALL, List.of("-Dbench.disk=" + directory))) {
            Run.measure(setup.lasting(WARM_SECONDS), WARM, target, 0, syscalls);
            Map<Metric, Double> alone = Run.measure(setup, ALONE, target, 0, syscalls);
            return new Sample(alone, Run.measure(setup, BESIDE, target, 0, syscalls));
        }
    }

    /** The medians of the rounds, and what zcrx makes of the goal. */
    String report() {
        Table table = new Table()
                .row(List.of(
                        "peer",
                        "p50 us alone",
                        "beside",
                        "p99 us alone",
                        "beside",
                        "ratio of p99",
                        "95 % interval",
                        "stored MiB/s"));
        samples.forEach((peer, all) -> table.row(row(peer, all)));
        String verdict = samples.containsKey(Peer.ZCRX)
                ? Summary.Verdict.of(GOAL, ratio(samples.get(Peer.ZCRX))).toString()
                : "not measured";
        return table.text() + "The ratio of zcrx is to be at most " + number(GOAL.limit()) + ": " + verdict + '.';
    }

    private static List<String> row(Peer peer, List<Sample> all) {
        Interval ratio = ratio(all);
        List<Map<Metric, Double>> alone = all.stream().map(Sample::alone).toList();
        List<Map<Metric, Double>> beside = all.stream().map(Sample::beside).toList();
        return List.of(
                peer.toString(),
                number(median(alone, Metric.PACED_P50)),
                number(median(beside, Metric.PACED_P50)),
                number(median(alone, Metric.PACED_P99)),
                number(median(beside, Metric.PACED_P99)),
                number(ratio.median()),
                number(ratio.low()) + " to " + number(ratio.high()),
                number(median(beside, Metric.THROUGHPUT) * MIB_PER_GIB));
    }

    private static Interval ratio(List<Sample> all) {
        return Statistics.bootstrapMedian(
                all.stream().mapToDouble(Sample::ratio).toArray());
    }

    private static double median(List<Map<Metric, Double>> all, Metric metric) {
        return Statistics.median(
                all.stream().mapToDouble(each -> each.get(metric)).toArray());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
