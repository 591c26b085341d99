// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** RESULTS.md, and for each campaign a page of details and plots: made of the figures in results/. */
final class ResultsPage {
    static final String NAME = "RESULTS.md";
    static final String DETAILS = "details.md";
    private static final String VM = "vm";
    /** What the names of the others begin with; then come the congestion control and the kernel. */
    private static final String LOOPBACK = "loopback-";

    private static final String JSON = ".json";

    private static final String INTRODUCTION = """
            # Results

            Each value of the campaigns below. A reader who wants a verdict takes the
            [performance page](../docs/performance.md); one who wants reasons takes the
            [analysis](../docs/performance/analysis.md). [Shared memory](../docs/shared-memory.md#how-fast-it-is) has its
            figures on its own page. `./zcrx bench ... --results` and `./zcrx bench page` write this page: do not edit it.

            Compared are zcrx and Netty's `nio`, `epoll` and `io_uring`, and Netty's older `incubator` transport. Nothing
            here was measured over a real NIC: it is loopback, or a virtual machine.

            ## How to read this page

            - **Plots** have a bar for the median of the rounds, and a line from the least to the greatest. An arrow marks a
              line that is longer than the plot. The figures stand beside the bar.
            - **Goals:** a ratio is zcrx divided by the best of the other transports, or by the one that is named, within
              each round. The table has the median of these ratios and its 95 %% interval (by bootstrap). A goal of "at least"
              means that more is better, one of "at most" that less is; 0.97 means: not slower. The column "to" names the
              transports that were the best in at least one round.
            - **Met:** both ends of the interval reach the goal. **Missed:** neither end does. **Undecided:** the interval
              lies on both sides, and the goal is *not* shown to be reached. **No verdict:** the machine was too noisy. A
              fixed piece of work on the server's processor took times that differ by more than 15 %%.
            - **Details** say what each pattern does, how many rounds it had and how long they were, and have all metrics of
              all transports.
            - `io_uring-ring` is Netty's io_uring transport with a ring of receive buffers. `incast-N` is N long flows to one
              event loop.
            - TCP's congestion control decides how fast a sender is, so each has a campaign of its own, and so has each
              kernel. The newest stand first. A pattern can stand in several: take the first one of your congestion control
              that has it. The last column tells when it was measured, with the build of that day ("this checkout").

            ## How it was measured

            - Every round has fresh server processes, pinned to the same processor. The load generator is another program,
              pinned to another processor.
            - Client CPU is the processor time of the load generator. It has one core, so 1.00 is its limit.
            - Transports take turns within a round. Each round another one is first.
            - Servers are warm before they are measured. In echo patterns all servers of a round start together; each waits
              while another one is measured. If the host takes more than 4 %% of a processor's time, a run is done again,
              twice at most (since 1 December 2026).
            - Processor time is the kernel's account of the server process, user and system. On loopback most of TCP's
              receive work is done on the sender's processor, in its softirq: no transport's figure contains it.
            - Paced latencies are at a fixed rate, the same for all transports: in an echo a quarter of what the slowest one
              reaches. They count from the time that a message should have been sent. Where the server's compiler had more
              than 0.5 %% of its processor, the measurement is repeated, four times at most.
            - `cost-*`: messages at a fixed rate, on warm servers that are far from full. CPU per message is the kernel's
              account of the server's threads without those of the JVM's compilers, in nanoseconds. Messages are sent on
              time, with up to 64 per connection that are not answered. A run in which fewer than 95 %% are answered in time
              has no result. System calls are counted in a run of their own, by `perf stat`, where that is allowed.
            - `free-*`: server and load generator run where the scheduler likes, with an event loop per processor. `pinned-*`
              is the same load in the layout of all other patterns.
            - `*-hop-*`: another thread writes the answer. The HTTP servers of `cost-http-*` have an idle timeout, and
              stop reading while more than 64 KiB wait to be sent.
            - `*-nginx-*`: keep-alive connections through nginx, which shares the load generator's processor where pinned.
            - `grpc-*`: gRPC for Java on the event loops alone. Its client is gRPC's own on Netty's epoll, in a JVM that is
              warmed before each measurement; calls share one connection.
            - `tls-*` and `http2-*`: the client is h2load of nghttp2.
            - `gateway-slow-*`: Reactor Netty passes uploads on to a backend that reads 6 MiB per second and connection. Held
              memory is the most of what Netty's allocator has taken and of received data in the transport's own memory,
              looked at every 20 ms.
            - `store-*`: the example's server stores objects in a directory, with one event loop. zcrx writes those from 2 MiB on by
              its loop's ring; all else is done by a pool of four threads and sendfile, as by its peers, on the server's processor.
              Processor time has the ring's kernel threads in it, and not what writes from the page cache to the disk.
            - `vm-store-*`: the same uploads in the virtual machine, where zcrx receives them without a copy; to its tmpfs and its
              disk.
            - The pings beside long flows come from the server's processor. Otherwise they would wait behind the flows in
              the loopback device.
            - Peak memory is without the heap, which has the same %d MiB everywhere.

            - `./zcrx bench full --only idle` repeats one pattern, `--congestion=cubic` (root) sets the congestion control, and
              `full --list` shows all patterns. `./zcrx bench vm` and `./zcrx bench micro` repeat the last two sections. With
              `--results` the figures go into this page.

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
            append(page, loopback);
        }
        append(page, VM);
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

    /** The day on which a pattern of the campaign was measured last. */
    private String newest(String name) {
        return read(name).patterns().stream()
                .map(Results.PatternRuns::measured)
                .max(Comparator.naturalOrder())
                .orElse("");
    }

    private Results read(String name) {
        try {
            return Results.read(module.resolve("results").resolve(name + JSON)).underOneName();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> loopbacks() throws IOException {
        try (Stream<Path> files = Files.list(module.resolve("results"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(LOOPBACK) && name.endsWith(JSON))
                    .map(name -> name.substring(0, name.length() - JSON.length()))
                    .sorted(Comparator.comparing(this::newest).reversed().thenComparing(Comparator.naturalOrder()))
                    .toList();
        }
    }

    private void append(StringBuilder page, String name) throws IOException {
        if (!Files.exists(module.resolve("results").resolve(name + JSON))) {
            return;
        }
        Results results = read(name);
        Path directory = module.resolve("results").resolve(name);
        List<String> plots = new Plots(results, directory).draw();
        String title = title(name, results.machine());
        Report report = new Report(results, true);
        page.append("## ").append(title).append("\n\n").append(machine(results.machine()));
        if (name.equals(VM)) {
            page.append("A software NIC and an emulated processor: compare transports only with each other.\n\n");
        }
        for (String plot : plots) {
            page.append("![")
                    .append(description(plot))
                    .append("](results/")
                    .append(name)
                    .append('/');
            page.append(plot).append(")\n");
        }
        page.append('\n').append(report.goals()).append("\n[All metrics of these patterns](results/");
        page.append(name).append('/').append(DETAILS).append(")\n\n");
        Files.writeString(
                directory.resolve(DETAILS),
                "# Details: " + title + "\n\n" + machine(results.machine())
                        + "The median of the rounds, in brackets the least and the greatest. [How to read and how it was"
                        + " measured](../../" + NAME + ").\n\n" + report.patterns());
    }

    private static String title(String name, Machine machine) {
        String congestion = machine.congestion().toUpperCase(Locale.ROOT);
        return name.equals(VM)
                ? "Zero copy, in the virtual machine"
                : "Copying over loopback, " + congestion + ", kernel " + machine.kernel();
    }

    /** The name of a plot in words. */
    private static String description(String plot) {
        return "Bars: " + plot.replace("patterns-", "").replace(".svg", "").replace('-', ' ');
    }

    private static String machine(Machine machine) {
        return machine.processors() + " x " + machine.processor() + ", " + machine.memory()
                + ", Linux " + machine.kernel() + ", TCP congestion control " + machine.congestion() + ". "
                + machine.versions().entrySet().stream()
                        .map(version -> version.getKey() + ' ' + version.getValue())
                        .collect(Collectors.joining(", "))
                + ".\n\n";
    }
}
