// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import net.zcrx.benchmarks.Machine;

/**
 * The file: all measured values, and the machines and the NIC that they were measured on.
 *
 * @param form changes with the meaning of the fields
 * @param server the machine that received
 * @param client the machine that sent
 * @param mtuBefore of the server's NIC
 * @param nicSettings in ethtool's words, as they were while it was measured
 * @param changes of the NIC for the measurement, as commands that do the same
 * @param doctor the output of ./zcrx doctor for the first queue, as it was set up; {@code null} without queues
 * @param notes sentences about what was not available
 * @param countersBefore the NIC's own
 * @param countersAfter the same at the end
 */
record NicResults(
        int form,
        Machine server,
        Machine client,
        NicFacts nic,
        NicFacts clientNic,
        int mtuBefore,
        Map<String, List<String>> nicSettings,
        List<String> changes,
        JsonElement doctor,
        Settings settings,
        List<CaseResult> runs,
        List<String> notes,
        Map<String, Long> countersBefore,
        Map<String, Long> countersAfter) {
    static final int FORM = 1;

    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .serializeSpecialFloatingPointValues()
            .create();

    /**
     * @param transport the candidate's name
     * @param bufferBytes how much of its memory the NIC takes at a time; 0 for a page, and for those that copy
     * @param loopCpus processors of the event loops
     * @param softirqCpus processors that handle the queues' interrupts; empty if that is not known
     * @param figures {@code null} if it failed
     * @param failure why; {@code null} if it did not
     */
    record CaseResult(
            String transport,
            int bufferBytes,
            int mtu,
            List<Integer> queues,
            Layout layout,
            int round,
            String loopCpus,
            String softirqCpus,
            Figures figures,
            String failure) {
        static CaseResult of(Case measured, Placing placing, Figures figures, String failure) {
            return new CaseResult(
                    measured.candidate().name(),
                    measured.candidate().bufferBytes(),
                    measured.mtu(),
                    measured.queues(),
                    measured.layout(),
                    measured.round(),
                    placing == null ? "" : placing.loopList(),
                    placing == null ? "" : Processors.list(placing.softirqs()),
                    figures,
                    failure);
        }
    }

    /** Whether there are figures of each case, and no byte was wrong. */
    boolean allMeasured() {
        return !runs.isEmpty()
                && runs.stream()
                        .allMatch(run -> run.failure() == null && run.figures().mismatches() == 0);
    }

    static NicResults read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return GSON.fromJson(reader, NicResults.class);
        }
    }

    /** Writes it, so that there is a whole file at any moment. */
    void write(Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (Writer writer = Files.newBufferedWriter(part)) {
            GSON.toJson(this, writer);
            writer.write('\n');
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
