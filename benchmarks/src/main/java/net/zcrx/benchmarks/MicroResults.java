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

/** What the micro-benchmarks gave. */
record MicroResults(Machine machine, List<Score> scores) {
    static final String NAME = "micro.json";

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

    private static String number(double value, int digits) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
