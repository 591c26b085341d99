// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import net.zcrx.benchmarks.Statistics.Interval;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    private static final double EXACT = 1e-12;

    @Test
    void shouldTakeTheMiddleAsMedian() {
        assertEquals(3, Statistics.median(new double[] {5, 1, 3}), EXACT);
        assertEquals(2.5, Statistics.median(new double[] {4, 1, 3, 2}), EXACT);
    }

    @Test
    void shouldInterpolateQuantiles() {
        double[] values = {0, 10, 20, 30, 40};
        assertEquals(0, Statistics.quantile(values, 0), EXACT);
        assertEquals(4, Statistics.quantile(values, 0.1), EXACT);
        assertEquals(40, Statistics.quantile(values, 1), EXACT);
    }

    @Test
    void shouldRefuseAQuantileOfNothing() {
        assertThrows(IllegalArgumentException.class, () -> Statistics.median(new double[0]));
    }

    @Test
    void shouldNotChangeTheValues() {
        double[] values = {3, 1, 2};
        Statistics.median(values);
        assertEquals("[3.0, 1.0, 2.0]", Arrays.toString(values));
    }

    @Test
    void shouldMeasureSpreadAgainstTheMedian() {
        double[] values = {90, 95, 100, 105, 110};
        assertEquals(0.16, Statistics.spread(values), EXACT);
    }

    @Test
    void shouldFindNoUncertaintyInEqualValues() {
        Interval interval = Statistics.bootstrapMedian(new double[] {7, 7, 7, 7});
        assertEquals(new Interval(7, 7, 7, 4), interval);
    }

    @Test
    void shouldBootstrapAnIntervalThatHoldsTheMedianAndStaysWithinTheValues() {
        double[] values = new Random(1).doubles(15, 10, 20).toArray();
        Interval interval = Statistics.bootstrapMedian(values);
        assertTrue(interval.low() < interval.median() && interval.median() < interval.high());
        assertTrue(interval.low() >= 10 && interval.high() <= 20);
        assertEquals(interval, Statistics.bootstrapMedian(values), "the same values give the same interval");
    }

    /** For 95 % intervals of 40 normal values each, 300 times: between 89 % and 99 % hold the true median. */
    @Test
    void shouldCoverTheTrueMedianAboutAsOftenAsItSays() {
        Random random = new Random(2);
        int covered = 0;
        for (int i = 0; i < 300; i++) {
            double[] values = new double[40];
            Arrays.setAll(values, index -> random.nextGaussian());
            Interval interval = Statistics.bootstrapMedian(values);
            covered += interval.low() <= 0 && interval.high() >= 0 ? 1 : 0;
        }
        assertTrue(covered > 267 && covered < 297, covered + " of 300");
    }
}
