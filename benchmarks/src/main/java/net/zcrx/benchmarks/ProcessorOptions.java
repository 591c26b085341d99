// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options for the processors on which server and load generator run. */
final class ProcessorOptions {
    @Option(
            names = "--server-cpus",
            paramLabel = "LIST",
            defaultValue = "0",
            description = "Processors of the server, as 0 or 2-5 (${DEFAULT-VALUE}).")
    private String server;

    @Option(
            names = "--load-cpus",
            paramLabel = "LIST",
            defaultValue = "1",
            description = "Processors of the load generator (${DEFAULT-VALUE}).")
    private String load;

    /**
     * A measurement on loopback.
     *
     * @param network command that enters the network namespace of both; empty for the machine's
     * @param warmup see {@link Setup}
     */
    Setup onLoopback(String congestion, List<String> network, Double warmup, double seconds) {
        return new Setup(
                Home.find(),
                congestion,
                pinned(network, server),
                pinned(network, load),
                network,
                server,
                "127.0.0.1",
                0,
                null,
                warmup,
                seconds);
    }

    private static List<String> pinned(List<String> network, String cpus) {
        List<String> prefix = new ArrayList<>(network);
        prefix.addAll(List.of("taskset", "-c", cpus));
        return prefix;
    }
}
