// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import net.zcrx.benchmarks.Results.PatternRuns;
import net.zcrx.benchmarks.Summary.Cell;

/** A bar chart for each metric that matters and each family of patterns: medians, with from where to where. */
final class Plots {
    private static final List<Metric> METRICS = List.of(
            Metric.THROUGHPUT,
            Metric.CPU_PER_GIB,
            Metric.REQUESTS,
            Metric.CPU_PER_MILLION,
            Metric.CPU_PER_MESSAGE,
            Metric.PACED_P99,
            Metric.MEMORY_PER_CONNECTION);
    private static final List<String> FAMILIES =
            List.of("echo-tcp", "echo-http", "cost", "free", "pinned", "grpc", "tls", "http2", "vm");
    private static final String OTHERS = "";

    private final Results results;
    private final Path directory;

    Plots(Results results, Path directory) {
        this.results = results;
        this.directory = directory;
    }

    /** Draws the plots; returns the names of the files. */
    List<String> draw() throws IOException {
        Files.createDirectories(directory);
        List<String> files = new ArrayList<>();
        List<String> families = new ArrayList<>(List.of(OTHERS));
        families.addAll(FAMILIES);
        for (String family : families) {
            List<Summary> summaries = results.patterns().stream()
                    .filter(runs -> family(runs).equals(family))
                    .map(Summary::new)
                    .collect(Collectors.toList());
            for (Metric metric : METRICS) {
                draw(family, metric, summaries).ifPresent(files::add);
            }
        }
        return files;
    }

    private static String family(PatternRuns runs) {
        return FAMILIES.stream().filter(runs.name()::startsWith).findFirst().orElse(OTHERS);
    }

    private Optional<String> draw(String family, Metric metric, List<Summary> summaries) throws IOException {
        List<Summary> with = summaries.stream()
                .filter(summary -> results.peers().stream()
                        .anyMatch(peer -> summary.cell(peer, metric).isPresent()))
                .collect(Collectors.toList());
        if (with.isEmpty()) {
            return Optional.empty();
        }
        BarPlot plot = new BarPlot(metric);
        for (Summary summary : with) {
            plot.group(summary.runs().name());
            for (Peer peer : results.peers()) {
                Optional<Cell> cell = summary.cell(peer, metric);
                cell.ifPresent(value -> plot.bar(peer, value));
            }
        }
        String file = (family.equals(OTHERS) ? "patterns" : family) + "-"
                + metric.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".svg";
        Files.writeString(directory.resolve(file), plot.draw());
        return Optional.of(file);
    }
}
