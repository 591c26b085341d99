// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import net.zcrx.benchmarks.LoadGenerator.GroupResult;

/** One run of one pattern on one peer: the load, and the values that it and the server report. */
final class Run {
    private static final double GIB = 1 << 30;
    private static final double MIB = 1 << 20;
    private static final double MICROSECOND = 1000;
    private static final double MILLION = 1e6;
    private static final int CONNECTIONS_BEFORE = 100;
    /** The warm-up before a measurement on a server that is warm already: connections begin slowly. */
    private static final double WARM_SECONDS = 0.2;
    /**
     * The warm-up of a server whose last messages were of another size: it runs some of its code for the first time
     * now.
     */
    private static final double OTHER_SIZE_SECONDS = 1.5;
    /**
     * The warm-up before a measurement of gRPC, TLS or HTTP/2 on a warm server: gRPC's client is fresh, and the code of
     * the others is so much that some of it is compiled again.
     */
    private static final double PROTOCOL_SECONDS = 5;
    /**
     * The warm-up before a server's first paced part. With time to sleep it takes other ways through its code than
     * under full load, and compiles them now: each time the compiler has its processor, all messages that are due are
     * milliseconds late.
     */
    private static final double FIRST_PACED_SECONDS = 2;
    /**
     * Share of a paced measurement that the compiler may have of the server's processor: messages that arrive meanwhile
     * are late, and more arrive before that is made up for, so it is about a p99.
     */
    private static final double MOST_COMPILING = 0.005;

    private static final int MOST_TRIES = 5;
    /** Share of the messages at a rate that are to be answered in time; else they were not at that rate. */
    private static final double LEAST_ANSWERED = 0.95;
    /** A server that is only to be warmed is measured, too, for as long as it takes to begin. */
    private static final double NO_SECONDS = 0.05;
    /** The seconds in which system calls are counted; perf takes as long again to begin. */
    private static final double COUNTED_SECONDS = 0.5;

    private static final double COUNTING_SECONDS = 3 * COUNTED_SECONDS;

    private static final long SAMPLE_NANOSECONDS = 20_000_000;

    private final Setup setup;
    private final Pattern pattern;
    private final SyscallCounter syscalls;
    private final Map<Metric, Double> metrics = new EnumMap<>(Metric.class);

    private Run(Setup setup, Pattern pattern, SyscallCounter syscalls) {
        this.setup = setup;
        this.pattern = pattern;
        this.syscalls = syscalls;
    }

    /**
     * Runs it.
     *
     * @param pacedRate messages per second of the paced part; 0 to leave it out
     * @param syscalls for patterns at a rate
     * @throws RunFailedException if the peer cannot do it
     */
    static Map<Metric, Double> measure(
            Setup setup, Pattern pattern, Target target, double pacedRate, SyscallCounter syscalls)
            throws IOException, RunFailedException {
        Pattern before = target.serve(pattern);
        Run run = new Run(setup, pattern, syscalls);
        return run.measure(
                target.server(), run.warmup(before), before == null ? FIRST_PACED_SECONDS : WARM_SECONDS, pacedRate);
    }

    private double warmup(Pattern before) {
        if (before == null || pattern.isOtherCodeThan(before)) {
            return setup.warmup() == null ? pattern.warmup() : setup.warmup();
        }
        if (pattern.load().get(0).kind().program() != Kind.Program.OWN) {
            return setup.warmup() == null ? PROTOCOL_SECONDS : setup.warmup();
        }
        return before.messageBytes() == pattern.messageBytes() ? WARM_SECONDS : OTHER_SIZE_SECONDS;
    }

    private Map<Metric, Double> measure(ServerProcess server, double warmup, double pacedWarmup, double pacedRate)
            throws IOException, RunFailedException {
        if (pattern.memoryConnections() > 0) {
            measureMemory(server, warmup);
        } else if (pattern.isAtARate()) {
            measureAtARate(server, pattern.load().get(0), warmup, pacedWarmup);
        } else {
            measure(server, pattern.load(), warmup);
        }
        if (pacedRate > 0) {
            measurePaced(server, pattern.load().get(0).at(pacedRate), pacedWarmup);
        }
        metrics.put(Metric.PEAK_MEMORY, usage(server).peakMib() - ServerProcess.HEAP_MIB);
        return metrics;
    }

    private Usage usage(ServerProcess server) throws IOException {
        return Usage.of(server.pid(), setup.serverCpus());
    }

    private void measure(ServerProcess server, List<Load> load, double warmup) throws IOException, RunFailedException {
        try (LoadGenerator generator = LoadGenerator.start(setup.warmup(warmup), server, load)) {
            generator.awaitBegin();
            Stolen stolenBefore = Stolen.now();
            Usage usageBefore = usage(server);
            ThreadUsage threadsBefore = ThreadUsage.of(server.pid());
            Map<String, Long> before = server.stats();
            if (pattern.holdsData()) {
                metrics.put(Metric.HELD_MEMORY, mostHeld(server, generator) / MIB);
            }
            generator.awaitEnd();
            double cpu = ThreadUsage.of(server.pid()).since(threadsBefore).allSeconds();
            metrics.put(Metric.STOLEN, Stolen.now().percentSince(stolenBefore));
            Usage usageAfter = usage(server);
            Map<String, Long> after = server.stats();
            List<GroupResult> results = generator.results();
            for (GroupResult result : results) {
                put(result, server, String.format(Locale.ROOT, "; the server used %.2f s of processor time", cpu));
            }
            after.replaceAll((name, value) -> value - before.getOrDefault(name, 0L));
            put(results, cpu, usageBefore, usageAfter, after);
        }
    }

    /** Returns the most bytes that the server held until the measurement is over. */
    private static long mostHeld(ServerProcess server, LoadGenerator generator) throws IOException, RunFailedException {
        long most = 0;
        while (!generator.hasEnded()) {
            most = Math.max(most, server.stats().get("held"));
            LockSupport.parkNanos(SAMPLE_NANOSECONDS);
        }
        return most;
    }

    /** A server is warmed by as much as it takes: few messages do not have its code compiled. */
    private void measureAtARate(ServerProcess server, Load load, double warmup, double pacedWarmup)
            throws IOException, RunFailedException {
        if (warmup > WARM_SECONDS) {
            Setup onlyWarm = setup.warmup(warmup).lasting(NO_SECONDS);
            try (LoadGenerator generator = LoadGenerator.start(onlyWarm, server, List.of(load.at(0)))) {
                generator.awaitBegin();
                generator.awaitEnd();
            }
        }
        measurePaced(server, load, pacedWarmup);
        if (syscalls.isAvailable()) {
            countSyscalls(server, load);
        }
    }

    private void countSyscalls(ServerProcess server, Load load) throws IOException, RunFailedException {
        Setup counting = setup.warmup(WARM_SECONDS).lasting(COUNTING_SECONDS);
        try (LoadGenerator generator = LoadGenerator.start(counting, server, List.of(load))) {
            generator.awaitBegin();
            double perSecond = syscalls.perSecond(server.pid(), COUNTED_SECONDS);
            // Otherwise the load ended while they were counted.
            if (!generator.hasEnded()) {
                metrics.put(Metric.SYSCALLS_PER_MESSAGE, perSecond / load.rate());
            }
        } catch (IOException e) {
            // All else is measured already.
            System.err.println("System calls of " + pattern.name() + " are not counted: " + e.getMessage());
        }
    }

    /** The last of as many tries as it takes until the compiler leaves the server its processor, and it keeps up. */
    private void measurePaced(ServerProcess server, Load load, double warmup) throws IOException, RunFailedException {
        Setup next = setup.warmup(warmup);
        double most = MOST_COMPILING * setup.seconds();
        double stolenUnpaced = metrics.getOrDefault(Metric.STOLEN, 0.0);
        double compiling = Double.MAX_VALUE;
        double answered = 0;
        for (int tries = 0; tries < MOST_TRIES && (compiling > most || answered < LEAST_ANSWERED); tries++) {
            // The server is asked for nothing meanwhile: its answers would take the time that messages wait for.
            try (LoadGenerator generator = LoadGenerator.start(next, server, List.of(load))) {
                generator.awaitBegin();
                Stolen stolenBefore = Stolen.now();
                ThreadUsage before = ThreadUsage.of(server.pid());
                generator.awaitEnd();
                ThreadUsage.Spent spent = ThreadUsage.of(server.pid()).since(before);
                metrics.put(Metric.STOLEN, Math.max(stolenUnpaced, Stolen.now().percentSince(stolenBefore)));
                GroupResult result = generator.results().get(0);
                put(result, server, "");
                metrics.put(Metric.CPU_PER_MESSAGE, spent.seconds() * MILLION / result.exchanges());
                metrics.put(Metric.SWITCHES_PER_MESSAGE, (double) spent.contextSwitches() / result.exchanges());
                compiling = spent.compilerSeconds();
                answered = result.exchanges() / result.seconds() / load.rate();
            }
            next = setup.warmup(WARM_SECONDS);
        }
        if (pattern.isAtARate() && answered < LEAST_ANSWERED) {
            throw new RunFailedException(String.format(
                    Locale.ROOT, "Of %,.0f messages per second %.0f %% were answered.", load.rate(), answered * 100));
        }
    }

    private void put(GroupResult result, ServerProcess server, String ifNothing) throws RunFailedException {
        Load load = result.load();
        if (result.didNothing()) {
            String argument = load.argument(setup, server.port(load.service()));
            throw new RunFailedException("Nothing went on by " + argument + " in the measurement" + ifNothing + ".");
        }
        if (!Double.isNaN(result.cpuSeconds())) {
            metrics.put(Metric.CLIENT_CPU, result.cpuSeconds() / result.seconds());
        }
        if (load.isBulk()) {
            metrics.put(Metric.THROUGHPUT, result.bytes() / GIB / result.seconds());
            if (load.connections() > 1 && !Double.isNaN(result.fairness())) {
                metrics.put(Metric.FAIRNESS, result.fairness());
            }
        } else if (load.rate() > 0) {
            metrics.put(Metric.PACED_P50, microseconds(result, 50));
            metrics.put(Metric.PACED_P99, microseconds(result, 99));
            metrics.put(Metric.PACED_P999, microseconds(result, 99.9));
        } else if (load.kind() != Kind.IDLE) {
            metrics.put(Metric.REQUESTS, result.exchanges() / result.seconds());
            metrics.put(Metric.P50, microseconds(result, 50));
            metrics.put(Metric.P99, microseconds(result, 99));
            metrics.put(Metric.P999, microseconds(result, 99.9));
        }
    }

    private static double microseconds(GroupResult result, double percentile) {
        return result.latencies().getValueAtPercentile(percentile) / MICROSECOND;
    }

    /** Puts in the costs of the server, per byte if any group moves bytes, else per message. */
    private void put(List<GroupResult> results, double cpu, Usage before, Usage after, Map<String, Long> counted) {
        double seconds = results.get(0).seconds();
        double bytes = 0;
        double messages = 0;
        for (GroupResult result : results) {
            bytes += result.load().isBulk() ? result.bytes() : 0;
            messages += result.exchanges();
        }
        if (pattern.holdsData()) {
            // Its requests take so long that only parts of them are in the measurement.
            bytes = counted.get("received");
            metrics.put(Metric.THROUGHPUT, bytes / GIB / seconds);
        }
        if (bytes > 0) {
            metrics.put(Metric.CPU_PER_GIB, cpu / bytes * GIB);
            metrics.put(Metric.ALLOCATED_PER_GIB, counted.get("allocated") / bytes * GIB);
        } else {
            metrics.put(Metric.CPU_PER_MILLION, cpu / messages * MILLION);
            metrics.put(Metric.ALLOCATED_PER_REQUEST, counted.get("allocated") / messages);
        }
        metrics.put(Metric.CPU, cpu / seconds);
        metrics.put(Metric.SOFTIRQ, (after.softirqSeconds() - before.softirqSeconds()) / seconds);
        metrics.put(Metric.CONTEXT_SWITCHES, (after.contextSwitches() - before.contextSwitches()) / seconds);
        if (counted.containsKey("refills")) {
            double received = counted.get("zeroCopyBytes") + counted.get("copiedBytes");
            metrics.put(Metric.ZERO_COPY_BYTES, counted.get("zeroCopyBytes") / MIB);
            metrics.put(Metric.COPIED_BYTES, counted.get("copiedBytes") / MIB);
            metrics.put(Metric.REFILLS, counted.get("refills").doubleValue());
            metrics.put(Metric.EXHAUSTIONS, counted.get("exhaustions").doubleValue());
            metrics.put(Metric.BUFFER_BYTES, received / Math.max(1, counted.get("buffers")));
        }
    }

    /** The heap is all resident from the start: so memory that a connection takes is heap in use, or new memory. */
    private void measureMemory(ServerProcess server, double warmup) throws IOException, RunFailedException {
        Setup rest = setup.warmup(warmup);
        List<Load> few = new ArrayList<>();
        pattern.load().forEach(load -> few.add(Load.idle(CONNECTIONS_BEFORE)));
        try (LoadGenerator first = LoadGenerator.start(rest, server, few)) {
            first.awaitBegin();
            first.awaitEnd();
        }
        long heapBefore = server.statsAfterCollection().get("heap");
        double residentBefore = usage(server).residentMib();
        try (LoadGenerator all = LoadGenerator.start(rest, server, pattern.load())) {
            all.awaitBegin();
            double heap = server.statsAfterCollection().get("heap") - heapBefore;
            double resident = (usage(server).residentMib() - residentBefore) * MIB;
            metrics.put(Metric.MEMORY_PER_CONNECTION, (heap + resident) / pattern.memoryConnections());
            all.awaitEnd();
        }
    }
}
