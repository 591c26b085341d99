// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether a loop that stores on a slow disk answers others as quickly as one that does not. */
@Command(
        name = "slow-disk",
        description = "Pings of an event loop, alone and beside uploads to a slow disk; as root, 25 minutes.")
final class SlowDiskCommand implements Callable<Integer> {
    private static final long BYTES_PER_SECOND = 50 << 20;

    @Spec
    private CommandSpec spec;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "9", description = "How often each is measured (9).")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "10", description = "Length of a measurement (10).")
    private double seconds;

    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "PEER",
            defaultValue = "epoll,io_uring,zcrx",
            description = "Which to compare: nio, epoll, io_uring, zcrx (${DEFAULT-VALUE}).")
    private List<String> peers;

    @Mixin
    private ProcessorOptions processors;

    @Override
    public Integer call() throws IOException {
        List<Peer> chosen;
        try {
            chosen = peers.stream().map(Peer::of).collect(Collectors.toList());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        Setup setup = processors.onLoopback(Machine.congestionControl(), List.of(), null, seconds);
        SlowDisk disk;
        try {
            disk = SlowDisk.create(BYTES_PER_SECOND);
        } catch (IOException e) {
            System.err.println("bench: " + e.getMessage());
            return 1;
        }
        try (disk) {
            return measure(new PingsBesideUploads(setup, disk::directory, progress()), chosen) ? 0 : 1;
        }
    }

    private boolean measure(PingsBesideUploads pings, List<Peer> chosen) throws IOException {
        boolean complete = pings.run(chosen, rounds);
        System.out.println(pings.report());
        return complete;
    }

    private static PrintWriter progress() {
        return new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    }
}
