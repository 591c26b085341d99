// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import net.zcrx.benchmarks.Home;
import net.zcrx.benchmarks.ProcessorTime;
import net.zcrx.benchmarks.RunFailedException;
import net.zcrx.benchmarks.ServerProcess;
import net.zcrx.benchmarks.Setup;
import net.zcrx.benchmarks.ThreadUsage;
import net.zcrx.nic.NicException;
import net.zcrx.nic.check.ZeroCopyCheck;

/** One case: a fresh server, a compared transfer, and the measurement. */
final class CaseRun {
    private static final String SINK = "sink";
    private static final String CHECK = "check";
    private static final double GIB = 1 << 30;
    /** The load goes on after the measurement, so that it does not end in it. */
    private static final double MORE_SECONDS = 0.5;

    private static final int CHECK_SECONDS = 150;
    private static final int ANSWER_SECONDS = 60;

    private final Settings settings;
    private final Control control;
    private final Rules rules;

    CaseRun(Settings settings, Control control, Rules rules) {
        this.settings = settings;
        this.control = control;
        this.rules = rules;
    }

    /** The counts at one moment. */
    private record Sample(
            long nanoseconds,
            Map<String, Long> stats,
            ThreadUsage threads,
            ProcessorTime processors,
            long drops,
            Map<String, Long> nicCounters) {}

    /**
     * Runs it.
     *
     * @throws RunFailedException if this case cannot be measured; others may be
     * @throws PeerException if the client is gone
     */
    Figures measure(Case of, Placing placing) throws IOException, RunFailedException {
        try (ServerProcess server = start(of, placing)) {
            steer(of, server);
            return measure(of, placing, server, check(server));
        } finally {
            rules.remove();
            if (of.candidate().zeroCopy()) {
                for (int queue : of.queues()) {
                    ZeroCopyCheck.awaitRelease(settings.interfaceName(), queue);
                }
            }
        }
    }

    private ServerProcess start(Case of, Placing placing) throws IOException, RunFailedException {
        List<String> options = new ArrayList<>();
        if (of.candidate().bufferBytes() > 0) {
            options.add("-Dbench.receiveBuffer=" + of.candidate().bufferBytes());
        }
        Setup setup = new Setup(
                Home.find(),
                "",
                List.of("taskset", "-c", placing.loopList()),
                List.of(),
                List.of(),
                placing.loopList(),
                control.localAddress().getHostAddress(),
                settings.dataPort(),
                of.candidate().zeroCopy() ? of.queueNames(settings.interfaceName()) : null,
                settings.warmup(),
                settings.seconds());
        return ServerProcess.start(setup, of.candidate().peer(), of.loops(), List.of(SINK, CHECK), options);
    }

    /** Steers all transports to the same queues, so that they differ in nothing else. */
    private void steer(Case of, ServerProcess server) throws IOException, RunFailedException {
        if (of.queues().isEmpty()) {
            return;
        }
        try {
            rules.install(control.localAddress(), List.of(server.port(SINK), server.port(CHECK)), of.queues());
        } catch (NicException e) {
            throw new RunFailedException("The port could not be steered to the queues: " + e.getMessage());
        }
    }

    private long check(ServerProcess server) throws PeerException, RunFailedException {
        control.send(Order.check(server.port(CHECK), settings.checkBytes()));
        return answer(CHECK_SECONDS, "the end of a compared transfer").mismatches();
    }

    private Answer answer(double seconds, String what) throws PeerException, RunFailedException {
        Answer answer = control.receive(Answer.class, seconds, what);
        if (answer.failure() != null) {
            throw new RunFailedException("The client failed: " + answer.failure());
        }
        return answer;
    }

    private Figures measure(Case of, Placing placing, ServerProcess server, long mismatches)
            throws IOException, RunFailedException {
        int flows = settings.flows() * of.loops();
        double load = settings.seconds() + MORE_SECONDS;
        control.send(Order.load(server.port(SINK), flows, settings.warmup(), load));
        answer(settings.warmup() + ANSWER_SECONDS, "the begin of the load");
        Sample before = sample(server, placing);
        LockSupport.parkNanos((long) (settings.seconds() * 1e9));
        Sample after = sample(server, placing);
        Answer sent = answer(load + ANSWER_SECONDS, "the end of the load");
        return figures(of, before, after, sent, mismatches);
    }

    private Sample sample(ServerProcess server, Placing placing) throws IOException, RunFailedException {
        Map<String, Long> counters = new Ethtool(settings.interfaceName()).countersIfKnown();
        long drops = drops(settings.interfaceName());
        Map<String, Long> stats = server.stats();
        return new Sample(
                System.nanoTime(),
                stats,
                ThreadUsage.of(server.pid()),
                placing.allList().isEmpty() ? null : ProcessorTime.of(placing.allList()),
                drops,
                counters);
    }

    /** The column "drop" of the received packets. */
    private static long drops(String interfaceName) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/net/dev"))) {
            int colon = line.lastIndexOf(':');
            if (colon > 0 && line.substring(0, colon).trim().equals(interfaceName)) {
                return Long.parseLong(line.substring(colon + 1).trim().split(" +")[3]);
            }
        }
        throw new IOException("There is no network interface " + interfaceName + " any more.");
    }

    private static Figures figures(Case of, Sample before, Sample after, Answer sent, long mismatches)
            throws RunFailedException {
        double seconds = (after.nanoseconds - before.nanoseconds) / 1e9;
        double bytes = grown(before, after, "received");
        if (bytes == 0) {
            throw new RunFailedException("Nothing arrived in the measurement.");
        }
        ProcessorTime busy = after.processors == null ? null : after.processors.since(before.processors);
        boolean zcrx = after.stats.containsKey("refills");
        Double zeroCopyShare = null;
        if (zcrx) {
            double zeroCopy = grown(before, after, "zeroCopyBytes");
            zeroCopyShare = zeroCopy / Math.max(1, zeroCopy + grown(before, after, "copiedBytes"));
        }
        return new Figures(
                seconds,
                bytes * 8 / 1e9 / seconds,
                busy == null ? null : busy.busySeconds() / bytes * GIB,
                after.threads.since(before.threads).allSeconds() / bytes * GIB,
                busy == null ? null : busy.softirqSeconds() / seconds,
                zeroCopyShare,
                zcrx ? (Long) grown(before, after, "copiedOutBytes") : null,
                zcrx ? (Long) grown(before, after, "exhaustions") : null,
                after.drops - before.drops,
                sent.cpuCores(),
                sent.retransmits(),
                mismatches,
                grown(before.nicCounters, after.nicCounters));
    }

    private static long grown(Sample before, Sample after, String name) {
        return after.stats.get(name) - before.stats.get(name);
    }

    private static Map<String, Long> grown(Map<String, Long> before, Map<String, Long> after) {
        Map<String, Long> grown = new TreeMap<>();
        after.forEach((name, value) -> {
            long by = value - before.getOrDefault(name, 0L);
            if (by != 0) {
                grown.put(name, by);
            }
        });
        return grown;
    }
}
