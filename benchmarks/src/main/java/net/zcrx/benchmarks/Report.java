// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import net.zcrx.benchmarks.Results.PatternRuns;
import net.zcrx.benchmarks.Statistics.Interval;
import net.zcrx.benchmarks.Summary.Cell;
import net.zcrx.benchmarks.Summary.Comparison;

/** Results in words and tables, for a terminal or as Markdown. */
final class Report {
    /** The columns that only zcrx has. */
    private static final List<Metric> COUNTERS = List.of(
            Metric.ZERO_COPY_BYTES, Metric.COPIED_BYTES, Metric.REFILLS, Metric.BUFFER_BYTES, Metric.EXHAUSTIONS);

    private final Results results;
    private final boolean markdown;

    Report(Results results, boolean markdown) {
        this.results = results;
        this.markdown = markdown;
    }

    /** All patterns, and before them the goals in short. */
    String all() {
        return goals() + '\n' + patterns();
    }

    /** Returns a table for each pattern. */
    String patterns() {
        StringBuilder text = new StringBuilder();
        for (PatternRuns runs : results.patterns()) {
            text.append(pattern(new Summary(runs))).append('\n');
        }
        return text.toString();
    }

    /** Returns one line per goal: the ratio that was reached, and how sure that is. */
    String goals() {
        Table table = new Table()
                .row(List.of("pattern", "ratio of", "to", "median", "95 % interval", "goal", "result", "measured"));
        for (PatternRuns runs : results.patterns()) {
            for (Comparison each : new Summary(runs).comparisons()) {
                Interval ratio = each.ratio();
                table.row(List.of(
                        runs.name(),
                        each.goal().metric().label(),
                        each.versus(),
                        ratio(ratio.median()),
                        ratio(ratio.low()) + " to " + ratio(ratio.high()),
                        (each.goal().metric().higherIsBetter() ? "at least " : "at most ")
                                + ratio(each.goal().limit()),
                        each.verdict().toString(),
                        runs.measured()));
            }
        }
        return text(table);
    }

    private String pattern(Summary summary) {
        List<String> notes = new ArrayList<>();
        StringBuilder text = new StringBuilder(heading(summary.runs())).append(text(peers(summary, notes)));
        counters(summary).ifPresent(notes::add);
        notes.add(String.format(
                Locale.ROOT,
                "Fixed work on the server's processor differed by %.0f %%%s.",
                summary.noise() * 100,
                summary.isNoisy() ? ": too noisy to conclude anything" : ""));
        notes.forEach(note -> text.append(markdown ? "\n" : "  ").append(note).append('\n'));
        return text.toString();
    }

    private String heading(PatternRuns runs) {
        StringBuilder text = new StringBuilder();
        text.append(markdown ? "## " : "").append(runs.name()).append(": ").append(runs.title());
        text.append(runs.pacedRate() > 0 ? "; paced at " + Math.round(runs.pacedRate()) + " messages/s" : "");
        text.append(String.format(Locale.ROOT, " (rounds: %d of %.1f s)", runs.rounds(), runs.seconds()));
        return text.append(markdown ? "\n\n" : "\n").toString();
    }

    /** A row for each peer that has a result; what else there is to say of them goes into {@code notes}. */
    private Table peers(Summary summary, List<String> notes) {
        List<Metric> columns = columns(summary.runs());
        Table table = new Table();
        List<String> head = new ArrayList<>(List.of("peer"));
        columns.forEach(metric -> head.add(metric.heading()));
        table.row(head);
        for (Peer peer : results.peers()) {
            if (!summary.has(peer)) {
                continue;
            }
            Optional<String> failure = summary.failure(peer);
            if (failure.isPresent()) {
                notes.add(peer + " has no result: " + failure.get());
                continue;
            }
            if (summary.failures(peer) > 0) {
                notes.add(peer + " failed in " + summary.failures(peer) + " rounds.");
            }
            List<String> row = new ArrayList<>(List.of(peer.toString()));
            for (Metric metric : columns) {
                row.add(summary.cell(peer, metric)
                        .map(cell -> cell(metric, cell))
                        .orElse(""));
            }
            table.row(row);
        }
        return table;
    }

    /** The median, and in brackets from where to where. */
    static String cell(Metric metric, Cell cell) {
        String median = metric.format(cell.median());
        return cell.min() == cell.max()
                ? median
                : median + " (" + metric.format(cell.min()) + ".." + metric.format(cell.max()) + ")";
    }

    private static List<Metric> columns(PatternRuns runs) {
        return runs.runs().stream()
                .map(Results.PeerRun::metrics)
                .map(Map::keySet)
                .flatMap(Set::stream)
                .filter(metric -> !COUNTERS.contains(metric))
                .distinct()
                .sorted()
                .collect(Collectors.toList());
    }

    private static Optional<String> counters(Summary summary) {
        String text = COUNTERS.stream()
                .flatMap(metric -> summary.cell(Peer.ZCRX, metric).stream()
                        .map(cell -> metric.heading() + ' ' + metric.format(cell.median())))
                .collect(Collectors.joining(", "));
        return text.isEmpty() ? Optional.empty() : Optional.of("zcrx in the measured time: " + text + '.');
    }

    private String text(Table table) {
        return markdown ? table.markdown() : table.text();
    }

    private static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
