// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;
import org.HdrHistogram.Histogram;

/** A program that uses the server, first for a warm-up and then for the measurement. */
abstract class LoadGenerator implements AutoCloseable {
    /** The digits of a latency; more than the generators count with. */
    private static final int DIGITS = 3;

    private final Process process;
    private final BufferedReader out;

    LoadGenerator(Process process) {
        this.process = process;
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts the program that the groups are for; all of them are for the same one. */
    static LoadGenerator start(Setup setup, Ports server, List<Load> groups) throws IOException {
        return switch (groups.get(0).kind().program()) {
            case OWN, GRPC -> OwnGenerator.start(setup, server, groups);
            case H2LOAD -> H2Load.start(setup, server, groups.get(0));
        };
    }

    /** Waits for the end of the warm-up. */
    abstract void awaitBegin() throws IOException, RunFailedException;

    /** Waits for the end of the measurement. */
    abstract void awaitEnd() throws IOException, RunFailedException;

    /** Returns one result for each group, after the end. */
    abstract List<GroupResult> results() throws IOException, RunFailedException;

    /** Whether the measurement is over already, or will never be. */
    final boolean hasEnded() throws IOException {
        return out.ready() || !process.isAlive();
    }

    /** The next line for which this is true. */
    final String read(Predicate<String> wanted) throws IOException, RunFailedException {
        for (String line; (line = out.readLine()) != null; ) {
            if (wanted.test(line)) {
                return line;
            }
        }
        throw new RunFailedException("The load generator gave up; target/logs/load.log says why.");
    }

    static Histogram latencies() {
        return new Histogram(DIGITS);
    }

    @Override
    public void close() {
        Processes.stop(process);
    }

    /**
     * The result of a group of connections in the measurement.
     *
     * @param seconds that the measurement took
     * @param cpuSeconds processor time of the whole program meanwhile; NaN if it does not say
     * @param fairness bytes of its slowest flow as a share of those of its fastest; NaN if it has no flows
     * @param latencies of its messages, in nanoseconds
     */
    record GroupResult(
            Load load,
            double seconds,
            double cpuSeconds,
            long bytes,
            long exchanges,
            double fairness,
            Histogram latencies) {
        boolean didNothing() {
            return bytes == 0 && exchanges == 0 && load.kind() != Kind.IDLE;
        }
    }
}
