// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.zcrx.benchmarks.MicroResults.Score;
import org.junit.jupiter.api.Test;

class MicroResultsTest {
    private static String goals(double cycle, double allocated) {
        return new MicroResults(
                        null,
                        List.of(
                                new Score("ReceiveCycleBenchmark.onLoop", cycle, 0.1, allocated),
                                new Score("C: cycle_ns", 10, Double.NaN, Double.NaN)))
                .goals()
                .markdown();
    }

    @Test
    void shouldCompareTheCycleWithTheLoopInC() {
        assertTrue(goals(15, 0).contains("| 1.50 | at most 1.50 | met |"));
        assertTrue(goals(15.2, 0).contains("| 1.52 | at most 1.50 | missed |"));
    }

    @Test
    void shouldMissAnAllocation() {
        assertTrue(goals(15, 0.00002).contains("| 0.000 | 0 | met |"));
        assertTrue(goals(15, 16).contains("| 16.000 | 0 | missed |"));
    }

    @Test
    void shouldSayNothingOfWhatWasNotMeasured() {
        assertFalse(goals(15, 0).contains("RefillBenchmark"));
        assertEquals(
                2, new MicroResults(null, List.of()).goals().markdown().lines().count());
    }
}
