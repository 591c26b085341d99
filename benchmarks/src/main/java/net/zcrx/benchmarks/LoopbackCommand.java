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
    private static final String LOOPBACK = "127.0.0.1";

    @Spec
    private CommandSpec spec;

    @Mixin
    private CampaignOptions options;

    @Option(
            names = "--only",
            paramLabel = "PATTERN",
            defaultValue = "",
            description = "Only patterns whose name contains this, of all that there are.")
    private String only;

    @Option(
            names = "--server-cpus",
            paramLabel = "LIST",
            defaultValue = "0",
            description = "Processors of the server, as 0 or 2-5 (${DEFAULT-VALUE}).")
    private String serverCpus;

    @Option(
            names = "--load-cpus",
            paramLabel = "LIST",
            defaultValue = "1",
            description = "Processors of the load generator (${DEFAULT-VALUE}).")
    private String loadCpus;

    @Option(names = "--list", description = "Show the patterns, and measure nothing.")
    private boolean list;

    abstract boolean isQuick();

    abstract List<Peer> defaultPeers();

    abstract int defaultRounds();

    abstract double defaultSeconds();

    @Override
    public Integer call() throws IOException {
        List<Pattern> patterns = Patterns.matching(isQuick(), only);
        if (patterns.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "No pattern's name contains " + only + "; --list shows them.");
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
        Setup setup = new Setup(
                Home.find(),
                List.of("taskset", "-c", serverCpus),
                List.of("taskset", "-c", loadCpus),
                serverCpus,
                LOOPBACK,
                0,
                null,
                null,
                seconds);
        return options.run(spec.name(), setup, patterns, peers, options.rounds(defaultRounds())) ? 0 : 1;
    }
}
