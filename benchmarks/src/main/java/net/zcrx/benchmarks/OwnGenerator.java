// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.zcrx.benchmarks.protocols.GrpcLoad;
import org.HdrHistogram.Histogram;

/**
 * A program of this module. The one for TCP and HTTP/1.1 is in C, as it must take less of its processor than the server
 * of its own; the one for gRPC uses gRPC's own client.
 */
final class OwnGenerator extends LoadGenerator {
    private final List<Load> groups;

    private OwnGenerator(Process process, List<Load> groups) {
        super(process);
        this.groups = groups;
    }

    static OwnGenerator start(Setup setup, Ports server, List<Load> groups) throws IOException {
        List<String> command = new ArrayList<>(setup.loadPrefix());
        command.addAll(
                groups.get(0).kind().program() == Kind.Program.GRPC
                        ? ServerProcess.java(setup.home().classPath(), List.of(), GrpcLoad.class.getName())
                        : List.of(setup.home().load().toString()));
        command.add(Double.toString(setup.warmup()));
        command.add(Double.toString(setup.seconds()));
        command.add(setup.address());
        for (Load group : groups) {
            command.add(group.argument(setup, server.port(group.service())));
        }
        return new OwnGenerator(Processes.start(command, setup.errors("load"), setup.limitSeconds()), groups);
    }

    @Override
    void awaitBegin() throws IOException, RunFailedException {
        read("begin"::equals);
    }

    @Override
    void awaitEnd() throws IOException, RunFailedException {
        read("end"::equals);
    }

    @Override
    List<GroupResult> results() throws IOException, RunFailedException {
        List<GroupResult> results = new ArrayList<>();
        for (Load group : groups) {
            Map<String, String> values = KeyValues.parse(read(line -> true));
            double slowest = Double.parseDouble(values.get("flow_min"));
            double fastest = Double.parseDouble(values.get("flow_max"));
            results.add(new GroupResult(
                    group,
                    Double.parseDouble(values.get("seconds")),
                    Double.parseDouble(values.get("cpu")),
                    Long.parseLong(values.get("bytes")),
                    Long.parseLong(values.get("exchanges")),
                    slowest / fastest,
                    latencies(values.get("nanoseconds"))));
        }
        return results;
    }

    /** Reads latencies from {@code NANOSECONDS:COUNT,...}, which is empty for a group without messages. */
    private static Histogram latencies(String counts) {
        Histogram latencies = latencies();
        for (String each : counts.isEmpty() ? new String[0] : counts.split(",")) {
            String[] parts = each.split(":");
            latencies.recordValueWithCount(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
        }
        return latencies;
    }
}
