// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import net.zcrx.benchmarks.Statistics;
import net.zcrx.benchmarks.Table;
import net.zcrx.benchmarks.nic.NicResults.CaseResult;

/** The results in short, for a terminal. */
final class NicSummary {
    /** Theirs are of one flow; docs/hardware.md says more. */
    private static final String KERNELS_OWN =
            "To compare: the kernel's authors measured 62.6 (epoll) and 80.9 Gbit/s (zero copy) on one core, and 82.2"
                    + " and"
                    + " 116.2 Gbit/s on split cores.";

    private final NicResults results;

    NicSummary(NicResults results) {
        this.results = results;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        NicFacts nic = results.nic();
        text.append(nic.interfaceName() + ": driver " + nic.driver() + ", firmware " + nic.firmware() + ", "
                + nic.speed() + "; Linux " + results.server().kernel() + "\n\n");
        Set<String> failures = new LinkedHashSet<>(results.notes());
        Map<String, Map<String, List<CaseResult>>> tables = new LinkedHashMap<>();
        for (CaseResult run : results.runs()) {
            if (run.failure() == null) {
                tables.computeIfAbsent(
                                Case.circumstances(run.mtu(), run.queues(), run.layout()), key -> new LinkedHashMap<>())
                        .computeIfAbsent(Candidate.label(run.transport(), run.bufferBytes()), key -> new ArrayList<>())
                        .add(run);
            } else {
                failures.add(run.transport() + ": " + run.failure());
            }
        }
        tables.forEach((circumstances, rows) ->
                text.append(circumstances).append('\n').append(table(rows)).append('\n'));
        failures.forEach(failure -> text.append(failure).append('\n'));
        if (!results.settings().queues().isEmpty()) {
            text.append(KERNELS_OWN).append('\n');
        }
        return text.toString();
    }

    private static String table(Map<String, List<CaseResult>> rows) {
        Table table = new Table()
                .row(List.of(
                        "transport", "Gbit/s", "CPU s/GiB", "server's", "zero copy", "drops", "sent again", "wrong"));
        rows.forEach((label, runs) -> table.row(List.of(
                label,
                median(runs, "%.2f", Figures::gbitPerSecond),
                median(runs, "%.3f", Figures::cpuPerGib),
                median(runs, "%.3f", Figures::serverCpuPerGib),
                median(runs, "%.1f %%", figures -> percent(figures.zeroCopyShare())),
                median(runs, "%.0f", figures -> (double) figures.drops()),
                median(runs, "%.0f", figures -> (double) figures.retransmits()),
                String.valueOf(runs.stream()
                        .mapToLong(run -> run.figures().mismatches())
                        .sum()))));
        return table.text();
    }

    private static Double percent(Double share) {
        return share == null ? null : share * 100;
    }

    private static String median(List<CaseResult> runs, String format, Function<Figures, Double> value) {
        double[] values = runs.stream()
                .map(run -> value.apply(run.figures()))
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .toArray();
        return values.length == 0 ? "-" : String.format(Locale.ROOT, format, Statistics.median(values));
    }
}
