// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The results of the micro-benchmarks. */
record MicroResults(Machine machine, List<Score> scores) {
    static final String NAME = "micro.json";
    /** The text that the names of the C loops' scores begin with. */
    static final String IN_C = "C: ";

    private static final String CYCLE = "ReceiveCycleBenchmark.";
    private static final double MAX_CYCLE_RATIO = 1.5;
    /**
     * The bytes per operation that count as none: JMH's own, spread over the operations, are less; a smallest object
     * for 100 buffers is more.
     */
    private static final double NOTHING = 0.1;

    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .serializeSpecialFloatingPointValues()
            .create();

    /**
     * @param nanoseconds for one operation
     * @param error half the 99.9 % interval; NaN if there is none
     * @param allocatedBytes for one operation; NaN if it was not measured
     */
    record Score(String name, double nanoseconds, double error, double allocatedBytes) {}

    static MicroResults read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return GSON.fromJson(reader, MicroResults.class);
        }
    }

    void write(Path file) throws IOException {
        try (Writer writer = Files.newBufferedWriter(file)) {
            GSON.toJson(this, writer);
        }
    }

    Table table() {
        Table table = new Table().row(List.of("benchmark", "ns", "+-", "allocated B"));
        for (Score score : scores) {
            table.row(List.of(
                    score.name(),
                    number(score.nanoseconds(), 2),
                    number(score.error(), 2),
                    number(score.allocatedBytes(), 3)));
        }
        return table;
    }

    /**
     * Returns the ratios to the C loops and the bytes that a received buffer allocates, as far as they were measured.
     */
    Table goals() {
        Table table = new Table().row(List.of("benchmark", "of", "measured", "goal", "result"));
        ratio(table, CYCLE + "onLoop", "cycle_ns", MAX_CYCLE_RATIO);
        ratio(table, "RefillBenchmark.push", "refill_ns", Double.NaN);
        for (Score score : scores) {
            if (score.name().startsWith(CYCLE)) {
                boolean met = score.allocatedBytes() < NOTHING;
                table.row(List.of(
                        score.name(),
                        "B allocated for a buffer",
                        number(score.allocatedBytes(), 3),
                        "0",
                        met ? "met" : "missed"));
            }
        }
        return table;
    }

    private void ratio(Table table, String name, String inC, double most) {
        double java = nanoseconds(name);
        double c = nanoseconds(IN_C + inC);
        if (Double.isNaN(java / c)) {
            return;
        }
        boolean goal = !Double.isNaN(most);
        table.row(List.of(
                name,
                "time to that of the loop in C",
                number(java / c, 2),
                goal ? "at most " + number(most, 2) : "",
                goal ? java / c <= most ? "met" : "missed" : ""));
    }

    private double nanoseconds(String name) {
        return scores.stream()
                .filter(score -> score.name().equals(name))
                .mapToDouble(Score::nanoseconds)
                .findFirst()
                .orElse(Double.NaN);
    }

    private static String number(double value, int digits) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
