// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.zcrx.benchmarks.Machine;
import net.zcrx.benchmarks.nic.NicResults.CaseResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file, and what is said of it. */
class NicResultsTest {
    private static final Machine MACHINE = new Machine("cpu", 2, "1 kB", "7.3", "cubic", "2026-01-01", Map.of());
    private static final Settings SETTINGS = new Settings(
            "eth0", List.of(4), 7600, List.of("zcrx"), List.of(4096), List.of(1500), 1, 3, 3, 5, 1 << 20, "", 600);

    @TempDir
    private Path directory;

    private static Figures figures(double gbitPerSecond, long mismatches) {
        Map<String, Long> counters = Map.of("rx4_bytes", 7L);
        return new Figures(5, gbitPerSecond, 0.25, 0.2, 0.5, 0.998, 0L, 0L, 3, 0.4, 2, mismatches, counters);
    }

    private static CaseResult run(int round, int bufferBytes, Figures figures, String failure) {
        return new CaseResult(
                "zcrx", bufferBytes, 1500, List.of(4), Layout.ONE_CORE, round, "2", "2", figures, failure);
    }

    private static NicResults results(CaseResult... runs) {
        NicFacts nic = new NicFacts("eth0", "bnxt_en", "7.3", "232.0", "0000:3b:00.0", "200000Mb/s");
        return new NicResults(
                NicResults.FORM,
                MACHINE,
                MACHINE,
                nic,
                nic,
                1500,
                Map.of("rings", List.of("RX: 1024")),
                List.of("ethtool -G eth0 tcp-data-split on"),
                JsonParser.parseString("{\"verdict\": \"Zero copy can be used.\"}"),
                SETTINGS,
                List.of(runs),
                List.of("A note."),
                Map.of("rx4_bytes", 1L),
                Map.of("rx4_bytes", 8L));
    }

    @Test
    void shouldBeReadAsItWasWritten() throws Exception {
        NicResults results = results(run(1, 0, figures(90, 0), null), run(2, 0, null, "It did not."));
        Path file = directory.resolve("results.json");
        results.write(file);
        assertEquals(results, NicResults.read(file));
        try (var files = Files.list(directory)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void shouldSayTheMedianOfTheRounds() {
        CaseResult large = run(1, 16384, figures(110, 0), null);
        String text = new NicSummary(results(
                        run(1, 0, figures(80, 0), null),
                        run(2, 0, figures(99, 0), null),
                        run(3, 0, figures(90, 0), null),
                        large))
                .text();
        assertTrue(text.contains("driver bnxt_en, firmware 232.0"), text);
        assertTrue(text.contains("MTU 1500, queue 4, one core"), text);
        assertTrue(text.matches("(?s).*\nzcrx +90\\.00 +0\\.250 +0\\.200 +99\\.8 % +3 +2 +0\n.*"), text);
        assertTrue(text.matches("(?s).*\nzcrx 16K +110\\.00 .*"), text);
        assertTrue(text.contains("A note."), text);
    }

    @Test
    void shouldSayAFailureOnce() {
        String text = new NicSummary(results(run(1, 0, null, "It did not."), run(2, 0, null, "It did not."))).text();
        assertEquals(text.indexOf("zcrx: It did not."), text.lastIndexOf("zcrx: It did not."), text);
        assertTrue(text.contains("zcrx: It did not."), text);
    }

    @Test
    void shouldNotTakeWrongBytesForASuccess() {
        assertTrue(results(run(1, 0, figures(90, 0), null)).allMeasured());
        assertFalse(results(run(1, 0, figures(90, 1), null)).allMeasured());
        assertFalse(results(run(1, 0, null, "It did not.")).allMeasured());
        assertFalse(results().allMeasured());
    }
}
