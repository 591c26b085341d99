// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real servers and the real load generator, on any disk. */
@Timeout(300)
class PingsBesideUploadsTest {
    private static final Setup SETUP =
            new Setup(Home.find(), "cubic", List.of(), List.of(), List.of(), "0", "127.0.0.1", 0, null, 3.0, 3);

    @TempDir
    private Path disk;

    private final StringWriter said = new StringWriter();

    private PingsBesideUploads pings() {
        return new PingsBesideUploads(SETUP, () -> disk, new PrintWriter(said, true));
    }

    @Test
    void shouldCompareBothWithinARound() throws Exception {
        PingsBesideUploads pings = pings();
        assertTrue(pings.run(List.of(Peer.ZCRX), 1), said::toString);
        assertTrue(said.toString().startsWith("round 1 of 1, zcrx: p99 beside uploads is "), said::toString);
        String report = pings.report();
        assertTrue(report.lines().anyMatch(line -> line.startsWith("zcrx ")), report);
        assertTrue(report.endsWith("at most 1.20: no verdict: fewer than 3 rounds."), report);
    }

    @Test
    void shouldSayWhichCannotBeMeasured() throws Exception {
        PingsBesideUploads pings = pings();
        assertFalse(pings.run(List.of(Peer.INCUBATOR), 1));
        assertTrue(
                said.toString().startsWith("round 1 of 1, incubator: The server ended at its start"), said::toString);
        assertTrue(pings.report().endsWith("not measured."));
    }
}
