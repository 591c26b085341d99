// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All measured values, without the conclusions from them.
 *
 * @param suite the command that was run
 * @param machine the machine that it ran on
 * @param peers in the order of the tables
 */
record Results(String suite, Machine machine, List<Peer> peers, List<PatternRuns> patterns) {
    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .serializeSpecialFloatingPointValues()
            .create();

    /**
     * The runs of one pattern.
     *
     * @param measured the day, as {@code 2026-11-30}
     * @param seconds of a measurement
     * @param pacedRate messages per second of the paced part; 0 if it has none
     * @param calibrations nanoseconds that a fixed amount of work took on the server's processor before each run
     */
    record PatternRuns(
            String name,
            String title,
            String measured,
            double seconds,
            double pacedRate,
            List<Goal> goals,
            List<PeerRun> runs,
            List<Long> calibrations) {
        int rounds() {
            return runs.stream().mapToInt(PeerRun::round).max().orElse(0);
        }
    }

    /**
     * @param round from 1 on
     * @param failure why there are no metrics; {@code null} if there are
     */
    record PeerRun(Peer peer, int round, Map<Metric, Double> metrics, String failure) {}

    static Results read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return GSON.fromJson(reader, Results.class);
        }
    }

    /** Without the pattern {@code single} where it is beside {@code incast-1}, the same under its name of now. */
    Results underOneName() {
        boolean isTwice = patterns.stream().anyMatch(each -> each.name().equals("incast-1"));
        List<PatternRuns> once = patterns.stream()
                .filter(each -> !isTwice || !each.name().equals("single"))
                .toList();
        return new Results(suite, machine, peers, once);
    }

    /** These, and of the older ones on the same machine the patterns and peers that were not measured again. */
    Results over(Results older) {
        if (!older.machine().isSameAs(machine)) {
            return this;
        }
        Map<String, PatternRuns> byName = new LinkedHashMap<>();
        older.patterns().forEach(each -> byName.put(each.name(), each));
        patterns.forEach(each -> byName.put(each.name(), each));
        Set<Peer> allPeers = EnumSet.copyOf(peers);
        allPeers.addAll(older.peers());
        return new Results(suite, machine, List.copyOf(allPeers), List.copyOf(byName.values()));
    }

    void write(Path file) throws IOException {
        try (Writer writer = Files.newBufferedWriter(file)) {
            GSON.toJson(this, writer);
        }
    }
}
