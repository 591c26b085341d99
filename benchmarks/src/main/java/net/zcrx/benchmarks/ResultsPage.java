package net.zcrx.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** RESULTS.md: made of the figures in results/, whenever some of them are new. */
final class ResultsPage {
    static final String NAME = "RESULTS.md";
    private static final String VM = "vm";
    /** What the names of the others begin with; then come the congestion control and the kernel. */
    private static final String LOOPBACK = "loopback-";

    private static final String JSON = ".json";

    private static final String INTRODUCTION = """
            # Results

            Written by `./zcrx bench ... --results`; do not edit. The median of the rounds, in brackets the least and
            the greatest. A ratio is taken within each round, with the best of the other transports in that round
            unless it says otherwise; the interval is of the median of these ratios, by bootstrap. Goals that were
            missed are shown as they are.

            How it is measured: every round has fresh server processes, pinned to the same processor; the load
            generator is another program, pinned to another. Peers take turns within a round, and each round another
            one is first. Servers are warm before they are measured; those of the echo patterns live for one round of
            all of them, each waiting while another one is measured. Processor time is the kernel's account of the
            server process, user and system. On loopback most of TCP's receive work is done on the sender's processor,
            in its softirq: that part is in nobody's figure. Paced latencies are at a fixed rate, the same for all
            peers, in an echo a quarter of what the slowest one does, and count from the time that a message should have
            been sent; where the server's compiler had more than 0.5 %% of its processor meanwhile, it is measured
            again, four times at most. The pings beside long flows come from the server's processor, as else they would
            wait behind the flows in the loopback device. Peak memory is without the heap, which has the same %d MiB
            everywhere. TCP's congestion control decides how fast a sender is, so each has tables of its own, and so has
            each kernel.

            """.formatted(ServerProcess.HEAP_MIB);

    private final Path module;

    ResultsPage(Path module) {
        this.module = module;
    }

    /** The file in results/ that these belong to. */
    static String file(Results results) {
        Machine machine = results.machine();
        return (results.suite().equals(VM) ? VM : LOOPBACK + machine.congestion() + '-' + machine.kernel()) + JSON;
    }

    void write() throws IOException {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        for (String loopback : loopbacks()) {
            append(page, loopback, "## Loopback, copying: " + loopback.substring(LOOPBACK.length()) + "\n\n");
        }
        append(
                page,
                VM,
                "## Zero copy, in the virtual machine\n\nA software NIC and an emulated processor: compare only with"
                        + " each other.\n\n");
        Path micro = module.resolve("results").resolve(MicroResults.NAME);
        if (Files.exists(micro)) {
            MicroResults results = MicroResults.read(micro);
            page.append("## Micro-benchmarks\n\nOf one operation; leak detection is off.\n\n")
                    .append(results.goals().markdown())
                    .append('\n')
                    .append(results.table().markdown());
        }
        Files.writeString(module.resolve(NAME), page);
    }

    private List<String> loopbacks() throws IOException {
        try (Stream<Path> files = Files.list(module.resolve("results"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(LOOPBACK) && name.endsWith(JSON))
                    .map(name -> name.substring(0, name.length() - JSON.length()))
                    .sorted()
                    .collect(Collectors.toList());
        }
    }

    private void append(StringBuilder page, String name, String head) throws IOException {
        Path json = module.resolve("results").resolve(name + JSON);
        if (!Files.exists(json)) {
            return;
        }
        Results results = Results.read(json);
        Machine machine = results.machine();
        page.append(head);
        page.append(machine.date()).append(", ").append(machine.processors()).append(" x ");
        page.append(machine.processor()).append(", ").append(machine.memory());
        page.append(", Linux ").append(machine.kernel());
        page.append(", TCP congestion control ").append(machine.congestion()).append(". ");
        page.append(machine.versions().entrySet().stream()
                .map(version -> version.getKey() + ' ' + version.getValue())
                .collect(Collectors.joining(", ")));
        page.append(".\n\n");
        Path plots = module.resolve("results").resolve("plots").resolve(name);
        List<String> images = new Plots(results, plots).draw();
        page.append(new Report(results, true).all());
        for (String image : images) {
            page.append("![")
                    .append(image)
                    .append("](results/plots/")
                    .append(name)
                    .append('/')
                    .append(image)
                    .append(")\n");
        }
        page.append('\n');
    }
}
