// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SetupTest {
    private static final double FULL_SECONDS = 2;
    /** Of a run beside its measurement: warming, counting, starting and calibrating, with some to spare. */
    private static final double BESIDE = 10;

    private static final Setup SETUP = new Setup(
            Home.find(),
            "cubic",
            List.of("server"),
            List.of("load"),
            List.of("free"),
            "7",
            "127.0.0.1",
            0,
            null,
            null,
            FULL_SECONDS);

    /** Servers were killed in the middle of a series that took longer than any single measurement may. */
    @Test
    void shouldLetServersLiveForTheLongestSeries() {
        for (List<Pattern> series : Patterns.series(Patterns.matching(false, ""))) {
            double seconds = series.size() * Peer.values().length * (FULL_SECONDS + BESIDE);
            assertTrue(seconds < SETUP.seriesLimitSeconds(), series.get(0)::series);
        }
    }

    @Test
    void shouldPlaceBothSidesFreely() {
        Setup free = SETUP.at(Placement.FREE);
        assertEquals(List.of("free"), free.serverPrefix());
        assertEquals(List.of("free"), free.loadPrefix());
        assertEquals("0-" + (Runtime.getRuntime().availableProcessors() - 1), free.serverCpus());
        assertEquals(SETUP, SETUP.at(Placement.PINNED));
    }

    @Test
    void shouldStartBackendsOnTheLoadsSide() {
        assertEquals(List.of("load"), SETUP.onLoadSide().serverPrefix());
    }
}
