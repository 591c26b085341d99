// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A campaign on loopback. */
abstract class LoopbackCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private CampaignOptions options;

    @Mixin
    private ProcessorOptions processors;

    @Option(
            names = "--congestion",
            paramLabel = "NAME",
            description =
                    "TCP congestion control of both sides, as cubic, in a network namespace of its own, which needs"
                            + " root (the machine's, in no namespace).")
    private String congestion;

    @Option(names = "--list", description = "Show the patterns, and measure nothing.")
    private boolean list;

    abstract boolean isQuick();

    abstract List<Peer> defaultPeers();

    abstract int defaultRounds();

    abstract double defaultSeconds();

    @Override
    public Integer call() throws IOException {
        List<Pattern> patterns = Patterns.matching(isQuick(), options.only());
        if (patterns.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "No pattern's name contains " + options.only() + "; --list shows them.");
        }
        if (list) {
            patterns.forEach(pattern -> System.out.println(pattern.name() + "  " + pattern.title()));
            return 0;
        }
        List<Peer> peers;
        try {
            peers = options.peers(defaultPeers());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage());
        }
        double seconds = options.seconds(defaultSeconds());
        List<String> network = network();
        Setup setup = processors.onLoopback(
                congestion == null ? Machine.congestionControl() : congestion, network, null, seconds);
        return options.run(spec.name(), setup, patterns, peers, options.rounds(defaultRounds())) ? 0 : 1;
    }

    private List<String> network() {
        if (congestion == null) {
            return List.of();
        }
        try {
            return Namespace.withCongestion(congestion).prefix();
        } catch (IOException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    e.getMessage() + "\n--congestion needs root, and a congestion control that this kernel has:"
                            + " see /proc/sys/net/ipv4/tcp_available_congestion_control.",
                    e);
        }
    }
}
