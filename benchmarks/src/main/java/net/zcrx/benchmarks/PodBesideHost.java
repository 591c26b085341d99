// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.zcrx.benchmarks.Statistics.Interval;

/**
 * One long flow to the same server, by zero copy: on the host, by a queue of its NIC, and in a network namespace as
 * containers have, by the same queue on lease. In turns, each time another one first, and each time with the NIC set up
 * anew.
 */
final class PodBesideHost {
    private static final String INTERFACE = "zcnic0";
    private static final String QUEUE = INTERFACE + ":1";
    private static final int PORT = 8000;
    private static final String POD = "pod";

    private static final Pattern PATTERN = Patterns.virtualMachine("vm-single").get(0);
    private static final double LEAST_THROUGHPUT = 0.95;
    private static final double MOST_CPU = 1.05;

    private final Path project;
    private final double warmup;
    private final double seconds;
    private final Map<Place, List<Map<Metric, Double>>> samples = new EnumMap<>(Place.class);

    private enum Place {
        HOST("10.9.0.1", QUEUE, List.of()),
        POD(
                "10.10.0.2",
                "leased",
                List.of(
                        "nsenter",
                        "--net=/run/netns/" + PodBesideHost.POD,
                        "setpriv",
                        "--bounding-set",
                        "-all,+net_admin",
                        "--inh-caps",
                        "-all,+net_admin"));

        private final String address;
        private final String queue;
        private final List<String> wrapper;

        Place(String address, String queue, List<String> wrapper) {
            this.address = address;
            this.queue = queue;
            this.wrapper = wrapper;
        }
    }

    /**
     * @param project the directory that the script {@code zcrx} is in
     * @param warmup seconds that each server works before it is measured
     * @param seconds of each measurement
     */
    PodBesideHost(Path project, double warmup, double seconds) {
        this.project = project;
        this.warmup = warmup;
        this.seconds = seconds;
        for (Place place : Place.values()) {
            samples.put(place, new ArrayList<>());
        }
    }

    void measure(int round) throws IOException, RunFailedException {
        for (Place place : round % 2 == 1 ? List.of(Place.HOST, Place.POD) : List.of(Place.POD, Place.HOST)) {
            switch (place) {
                case HOST -> run("nic-up", "--threaded", "--rule", PORT + ":1");
                case POD -> lease();
            }
            try {
                samples.get(place).add(measure(place));
            } finally {
                if (place == Place.POD) {
                    giveBack();
                }
            }
        }
    }

    private void lease() throws IOException {
        run("nic-up", "--threaded");
        run("ip", "netns", "add", POD);
        run("ip", "-n", POD, "link", "set", "lo", "up");
        run(zcrx(), "lease", QUEUE, "--to", POD, "--address", Place.POD.address, "--port", Integer.toString(PORT));
        // The wire's other end is the network, which sends packets for the pod to the pod's host.
        run("nic-peer", "ip", "route", "add", Place.POD.address + "/32", "via", Place.HOST.address);
    }

    private void giveBack() throws IOException {
        run(zcrx(), "lease", INTERFACE, "--undo");
        run("ip", "netns", "del", POD);
    }

    private String zcrx() {
        return project.resolve("zcrx").toString();
    }

    private static void run(String... command) throws IOException {
        Processes.output(List.of(command));
    }

    private Map<Metric, Double> measure(Place place) throws IOException, RunFailedException {
        List<String> server = new ArrayList<>(List.of("taskset", "-c", "0"));
        server.addAll(place.wrapper);
        Setup setup = new Setup(
                Home.find(),
                Machine.congestionControl(),
                server,
                List.of("nic-peer", "taskset", "-c", "1"),
                List.of(),
                "0",
                place.address,
                PORT,
                place.queue,
                warmup,
                seconds);
        try (Target target = Target.start(setup, Peer.ZCRX, PATTERN)) {
            Map<Metric, Double> metrics = Run.measure(setup, PATTERN, target, 0, SyscallCounter.find());
            if (metrics.get(Metric.ZERO_COPY_BYTES) == 0) {
                throw new RunFailedException("Nothing came by zero copy: " + place);
            }
            return metrics;
        }
    }

    /** Returns the medians of the rounds, and whether a pod is as fast as the host. */
    String report() {
        return new Table()
                .row(List.of("one long flow, zero copy", "host", "pod", "pod to host", "95 %", "target", ""))
                .row(row(Metric.THROUGHPUT, LEAST_THROUGHPUT))
                .row(row(Metric.CPU_PER_GIB, MOST_CPU))
                .row(row(Metric.COPIED_BYTES, Double.NaN))
                .text();
    }

    private List<String> row(Metric metric, double limit) {
        double[] host = values(Place.HOST, metric);
        double[] pod = values(Place.POD, metric);
        if (host.length == 0 || pod.length == 0) {
            return List.of(metric.heading(), "not measured");
        }
        List<String> row = new ArrayList<>(List.of(
                metric.heading(), metric.format(Statistics.median(host)), metric.format(Statistics.median(pod))));
        if (!Double.isNaN(limit)) {
            Interval ratio = Statistics.ratio(pod, host);
            row.addAll(List.of(
                    number(ratio.median()),
                    number(ratio.low()) + " to " + number(ratio.high()),
                    number(limit),
                    Summary.Verdict.of(Goal.ofBest(metric, limit), ratio).toString()));
        }
        return row;
    }

    private double[] values(Place place, Metric metric) {
        return samples.get(place).stream()
                .mapToDouble(sample -> sample.get(metric))
                .toArray();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
