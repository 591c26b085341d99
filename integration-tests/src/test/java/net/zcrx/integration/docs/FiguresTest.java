// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.zcrx.integration.docs.Figures.Ratio;
import net.zcrx.integration.docs.RatioPlot.Row;
import org.junit.jupiter.api.Test;

/**
 * The tables of ratios and the plots of docs/performance.md, docs/performance/analysis.md and README.md say what
 * benchmarks/RESULTS.md says, and mark nothing as better or worse that is not.
 */
class FiguresTest {
    private static final Markdown PAGE = Markdown.of("docs/performance.md");
    private static final Markdown ANALYSIS = Markdown.of("docs/performance/analysis.md");
    private static final String RESULTS = "Results";
    private static final String ALL_RESULTS = "All rows";
    private static final String OLDER_RESULTS = "On another machine, an older build";
    private static final String NOT_MEASURED = "—";
    private static final Map<String, String> METRICS = Map.of(
            "throughput", "throughput",
            "requests/s", "requests",
            "CPU per GiB, less is better", "CPU per GiB",
            "CPU per message, less is better", "CPU per message",
            "p99, less is better", "paced p99",
            "memory, less is better", "memory per connection");

    @Test
    void shouldQuoteResults() {
        List<List<String>> rows = ANALYSIS.rows(ALL_RESULTS);
        assertTrue(rows.size() >= 25, rows::toString);
        assertQuoted(rows, Figures.BBR, Figures.CUBIC);
    }

    @Test
    void shouldQuoteAnalysisOnPerformancePage() {
        List<List<String>> rows = PAGE.rows(RESULTS);
        assertTrue(rows.size() >= 12 && rows.size() <= 16, rows::toString);
        List<List<String>> all = ANALYSIS.rows(ALL_RESULTS);
        for (List<String> row : rows) {
            assertTrue(all.contains(row), () -> "docs/performance/analysis.md has no row " + row);
        }
    }

    @Test
    void shouldQuoteOlderResults() {
        List<List<String>> rows = ANALYSIS.rows(OLDER_RESULTS);
        assertTrue(rows.size() >= 5, rows::toString);
        assertQuoted(rows, Figures.OLDER_BBR, Figures.OLDER_CUBIC);
    }

    private static void assertQuoted(List<List<String>> rows, Figures bbr, Figures cubic) {
        for (List<String> row : rows) {
            String pattern = row.get(1).replace("`", "");
            String metric = METRICS.get(row.get(2));
            assertTrue(metric != null, () -> "Unknown metric in " + row);
            boolean isVirtual = pattern.startsWith("vm-");
            Figures first = pattern.startsWith("echo-") ? Figures.OLDER_ECHO : bbr;
            assertEquals(isVirtual ? NOT_MEASURED : cell(first, pattern, metric), row.get(3), row::toString);
            assertEquals(cell(isVirtual ? Figures.VM : cubic, pattern, metric), row.get(4), row::toString);
        }
    }

    @Test
    void shouldQuotePerformancePageInReadme() {
        List<List<String>> page = PAGE.rows(RESULTS).stream()
                .map(row -> List.of(row.get(0), row.get(2), row.get(3), row.get(4)))
                .toList();
        List<List<String>> readme = Markdown.of("README.md").rows("zcrx: zero-copy receive for Netty").stream()
                .filter(row -> row.size() == 5 && METRICS.containsKey(row.get(1)))
                .map(row -> row.subList(0, 4))
                .toList();
        assertTrue(readme.size() >= 5, readme::toString);
        for (List<String> row : readme) {
            assertTrue(page.contains(row), () -> "docs/performance.md has no row " + row);
        }
    }

    /** The rows that both plots begin with, in their order. */
    private static Map<String, String> longFlowsToOneLoop() {
        Map<String, String> patterns = new LinkedHashMap<>();
        patterns.put("incast-1", "1 long flow");
        patterns.put("incast-2", "2 long flows to one loop");
        patterns.put("incast-4", "4 long flows to one loop");
        patterns.put("incast-8", "8 long flows to one loop");
        patterns.put("incast-16", "16 long flows to one loop");
        return patterns;
    }

    @Test
    void shouldDrawThroughput() throws IOException {
        Map<String, String> patterns = longFlowsToOneLoop();
        patterns.put("one-to-one", "4 long flows, a loop for each");
        patterns.put("all-to-all", "16 long flows over 4 loops");
        patterns.put("upload-1M", "upload of 1 MiB over HTTP");
        patterns.put("proxy", "long flow through a proxy");
        patterns.put("outcast", "server that only sends");
        patterns.put("mixed", "long flow beside 4 KiB requests");
        assertDrawn("throughput.svg", "Throughput of zcrx, more is better", "throughput", patterns);
    }

    @Test
    void shouldDrawCpu() throws IOException {
        Map<String, String> patterns = longFlowsToOneLoop();
        patterns.put("vm-single", "zero copy, 1 long flow");
        patterns.put("vm-incast-4", "zero copy, 4 long flows");
        assertDrawn("cpu-per-gib.svg", "CPU time per GiB of zcrx, less is better", "CPU per GiB", patterns);
    }

    private static void assertDrawn(String name, String title, String metric, Map<String, String> patterns)
            throws IOException {
        List<Row> rows = new ArrayList<>();
        patterns.forEach((pattern, workload) -> rows.add(new Row(
                workload,
                Figures.BBR.of(pattern, metric),
                (pattern.startsWith("vm-") ? Figures.VM : Figures.CUBIC).of(pattern, metric))));
        String plot = new RatioPlot(title, rows).draw();
        Path drawn = Files.createDirectories(Markdown.ROOT.resolve("integration-tests/target/docs"))
                .resolve(name);
        Files.writeString(drawn, plot);
        Path kept = Markdown.ROOT.resolve("docs/performance").resolve(name);
        assertTrue(
                Files.exists(kept) && Files.readString(kept).equals(plot),
                () -> kept + " does not show benchmarks/RESULTS.md: copy " + drawn + " over it.");
    }

    /** What a table must say of a pattern, or of all patterns of a family. */
    private static String cell(Figures figures, String pattern, String metric) {
        List<Ratio> ratios = figures.of(pattern, metric);
        if (ratios.isEmpty()) {
            return NOT_MEASURED;
        }
        if (!pattern.endsWith("*")) {
            assertEquals(1, ratios.size(), () -> "RESULTS.md has several of " + pattern);
            return ratios.get(0).cell();
        }
        double[] medians = ratios.stream().mapToDouble(Ratio::median).sorted().toArray();
        return String.format(
                Locale.ROOT,
                "%.2f (%d cells: %.2f–%.2f)",
                medians[medians.length / 2],
                medians.length,
                medians[0],
                medians[medians.length - 1]);
    }
}
