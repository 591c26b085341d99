package net.zcrx.benchmarks;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import net.zcrx.benchmarks.Results.PatternRuns;
import net.zcrx.benchmarks.Summary.Cell;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/** A bar chart for each metric that matters and each family of patterns: medians, with from where to where. */
final class Plots {
    private static final int WIDTH = 1100;
    private static final int HEIGHT = 480;
    private static final List<Metric> METRICS = List.of(
            Metric.THROUGHPUT,
            Metric.CPU_PER_GIB,
            Metric.REQUESTS,
            Metric.CPU_PER_MILLION,
            Metric.PACED_P99,
            Metric.MEMORY_PER_CONNECTION);
    private static final List<String> FAMILIES = List.of("echo-tcp", "echo-http", "vm");

    private final Results results;
    private final Path directory;

    Plots(Results results, Path directory) {
        this.results = results;
        this.directory = directory;
    }

    /** Draws them; the names of the files. */
    List<String> draw() throws IOException {
        System.setProperty("java.awt.headless", "true");
        Files.createDirectories(directory);
        List<String> files = new ArrayList<>();
        List<String> families = new ArrayList<>(FAMILIES);
        families.add("");
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
        return FAMILIES.stream().filter(runs.name()::startsWith).findFirst().orElse("");
    }

    private Optional<String> draw(String family, Metric metric, List<Summary> summaries) throws IOException {
        List<Summary> with = summaries.stream()
                .filter(summary -> results.peers().stream()
                        .anyMatch(peer -> summary.cell(peer, metric).isPresent()))
                .collect(Collectors.toList());
        if (with.isEmpty()) {
            return Optional.empty();
        }
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(metric.label() + (metric.higherIsBetter() ? " (more is better)" : " (less is better)"))
                .yAxisTitle(metric.heading())
                .build();
        chart.getStyler().setXAxisLabelRotation(with.size() > 6 ? 45 : 0);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE).setChartBackgroundColor(Color.WHITE);
        List<String> names = with.stream()
                .map(summary -> summary.runs().name().substring(family.length()).replaceFirst("^-", ""))
                .collect(Collectors.toList());
        for (Peer peer : results.peers()) {
            List<Double> medians = new ArrayList<>();
            List<Double> errors = new ArrayList<>();
            for (Summary summary : with) {
                Optional<Cell> cell = summary.cell(peer, metric);
                medians.add(cell.map(Cell::median).orElse(0.0));
                errors.add(cell.map(each -> (each.max() - each.min()) / 2).orElse(0.0));
            }
            chart.addSeries(peer.toString(), names, medians, errors);
        }
        String file = (family.isEmpty() ? "patterns" : family) + "-"
                + metric.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".png";
        ImageIO.write(
                BitmapEncoder.getBufferedImage(chart),
                "png",
                directory.resolve(file).toFile());
        return Optional.of(file);
    }
}
