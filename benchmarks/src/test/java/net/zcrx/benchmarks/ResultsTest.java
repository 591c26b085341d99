// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Map;
import net.zcrx.benchmarks.Results.PatternRuns;
import org.junit.jupiter.api.Test;

class ResultsTest {
    private static Machine machine(String kernel, String congestion) {
        return new Machine("cpu", 2, "1 kB", kernel, congestion, "2026-01-01", Map.of());
    }

    private static Results results(Machine machine, Peer peer, double seconds, String... patterns) {
        return new Results(
                "quick",
                machine,
                List.of(peer),
                List.of(patterns).stream()
                        .map(name ->
                                new PatternRuns(name, "", "2026-01-01", seconds, 0, List.of(), List.of(), List.of()))
                        .toList());
    }

    @Test
    void shouldKeepOlderPatternsThatWereNotMeasuredAgain() {
        Results older = results(machine("7.3", "cubic"), Peer.ZCRX, 1, "a", "b");
        Results merged = results(machine("7.3", "cubic"), Peer.NIO, 2, "b", "c").over(older);
        assertEquals(
                List.of("a", "b", "c"),
                merged.patterns().stream().map(PatternRuns::name).toList());
        assertEquals(2, merged.patterns().get(1).seconds());
        assertEquals(List.of(Peer.NIO, Peer.ZCRX), merged.peers());
    }

    /** What is published of another kernel must not be lost as this one is measured. */
    @Test
    void shouldKeepKernelsApart() {
        assertNotEquals(
                ResultsPage.file(results(machine("7.4", "cubic"), Peer.ZCRX, 1, "a")),
                ResultsPage.file(results(machine("7.3", "cubic"), Peer.ZCRX, 1, "a")));
    }

    @Test
    void shouldKeepOlderPatternsAfterUpdateOfJava() {
        Results older = results(withJava("25.0.3+9-2-Debian"), Peer.ZCRX, 1, "a");
        Results merged =
                results(withJava("25.0.5+8-1-Debian"), Peer.ZCRX, 1, "b").over(older);
        assertEquals(2, merged.patterns().size());

        Results newer = results(withJava("26+30"), Peer.ZCRX, 1, "b");
        assertSame(newer, newer.over(older));
    }

    private static Machine withJava(String version) {
        return new Machine("cpu", 2, "1 kB", "7.3", "cubic", "2026-01-01", Map.of("Java", version));
    }

    @Test
    void shouldNotMixMachines() {
        Results newer = results(machine("7.4", "cubic"), Peer.ZCRX, 1, "a");
        assertSame(newer, newer.over(results(machine("7.3", "cubic"), Peer.ZCRX, 1, "b")));
        assertSame(newer, newer.over(results(machine("7.4", "bbr"), Peer.ZCRX, 1, "b")));
    }
}
