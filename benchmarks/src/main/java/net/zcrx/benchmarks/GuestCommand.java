// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The part of {@link VmCommand} that runs in the virtual machine. */
@Command(name = "guest", hidden = true)
final class GuestCommand implements Callable<Integer> {
    private static final String ADDRESS = "10.9.0.1";
    private static final String INTERFACE = "zcnic0";
    private static final int QUEUE = 1;
    private static final int FIRST_PORT = 8000;
    private static final int PORTS = 4;
    /** Java compiles slowly under emulation: after 5 seconds a server still took twice the processor time. */
    private static final double WARMUP = 20.0;

    private static final double SECONDS = 5;

    @Mixin
    private CampaignOptions options;

    /** All peers listen on the same ports, and so receive by the same queue. */
    static String rules() {
        return IntStream.range(FIRST_PORT, FIRST_PORT + PORTS)
                .mapToObj(port -> "--rule " + port + ':' + QUEUE)
                .collect(Collectors.joining(" "));
    }

    @Override
    public Integer call() throws IOException {
        Setup setup = new Setup(
                Home.find(),
                Machine.congestionControl(),
                List.of("taskset", "-c", "0"),
                List.of("nic-peer", "taskset", "-c", "1"),
                List.of(),
                "0",
                ADDRESS,
                FIRST_PORT,
                INTERFACE + ':' + QUEUE,
                WARMUP,
                options.seconds(SECONDS));
        List<Peer> peers = options.peers(List.of(Peer.EPOLL, Peer.IO_URING, Peer.IO_URING_RING, Peer.ZCRX));
        List<Pattern> patterns = Patterns.virtualMachine(options.only());
        return options.run("vm", setup, patterns, peers, options.rounds(1)) ? 0 : 1;
    }
}
