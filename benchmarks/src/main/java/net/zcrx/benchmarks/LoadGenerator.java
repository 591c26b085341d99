// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The program that uses the server; in C, as it must take less of its processor than the server of its own. */
final class LoadGenerator implements AutoCloseable {
    /** Of a latency; more than the generator counts with. */
    private static final int DIGITS = 3;

    private final Process process;
    private final BufferedReader out;
    private final List<Load> groups;

    private LoadGenerator(Process process, List<Load> groups) {
        this.process = process;
        this.groups = groups;
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static LoadGenerator start(Setup setup, ServerProcess server, List<Load> groups) throws IOException {
        List<String> command = new ArrayList<>(setup.loadPrefix());
        command.add(setup.home().load().toString());
        command.add(Double.toString(setup.warmup()));
        command.add(Double.toString(setup.seconds()));
        command.add(setup.address());
        for (Load group : groups) {
            command.add(group.argument(setup, server.port(group.service())));
        }
        return new LoadGenerator(Processes.start(command, setup.errors("load"), setup.limitSeconds()), groups);
    }

    /** Waits for the end of the warm-up. */
    void awaitBegin() throws IOException, RunFailedException {
        read();
    }

    /** Whether the measurement is over already. */
    boolean hasEnded() throws IOException {
        return out.ready();
    }

    /** Waits for the end of the measurement; one result for each group. */
    List<GroupResult> awaitEnd() throws IOException, RunFailedException {
        read();
        List<GroupResult> results = new ArrayList<>();
        for (Load group : groups) {
            Map<String, String> values = KeyValues.parse(read());
            double slowest = Double.parseDouble(values.get("flow_min"));
            double fastest = Double.parseDouble(values.get("flow_max"));
            results.add(new GroupResult(
                    group,
                    Double.parseDouble(values.get("seconds")),
                    Long.parseLong(values.get("bytes")),
                    Long.parseLong(values.get("exchanges")),
                    slowest / fastest,
                    latencies(values.get("nanoseconds"))));
        }
        return results;
    }

    /** From {@code NANOSECONDS:COUNT,...}; empty for a group without messages. */
    private static Histogram latencies(String counts) {
        Histogram latencies = new Histogram(DIGITS);
        for (String each : counts.isEmpty() ? new String[0] : counts.split(",")) {
            String[] parts = each.split(":");
            latencies.recordValueWithCount(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
        }
        return latencies;
    }

    private String read() throws IOException, RunFailedException {
        String line = out.readLine();
        if (line == null) {
            throw new RunFailedException("The load generator gave up; target/logs/load.log says why.");
        }
        return line;
    }

    @Override
    public void close() {
        Processes.stop(process);
    }

    /**
     * What a group of connections did in the measurement.
     *
     * @param seconds that the measurement took
     * @param fairness bytes of its slowest flow as a share of those of its fastest; NaN if it has no flows
     * @param latencies of its messages, in nanoseconds
     */
    record GroupResult(Load load, double seconds, long bytes, long exchanges, double fairness, Histogram latencies) {
        boolean didNothing() {
            return bytes == 0 && exchanges == 0 && !load.kind().equals("idle");
        }
    }
}
