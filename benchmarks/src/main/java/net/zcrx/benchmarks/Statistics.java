// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.Arrays;
import java.util.Random;

/** Statistics of a few numbers. */
public final class Statistics {
    private static final int RESAMPLES = 5000;
    private static final double CONFIDENCE = 0.95;

    private Statistics() {}

    /**
     * A median with the interval that holds it with 95 % confidence.
     *
     * @param samples how many numbers it is of
     */
    record Interval(double median, double low, double high, int samples) {}

    public static double median(double[] values) {
        return quantile(values, 0.5);
    }

    /** Returns a quantile, interpolated between two values. */
    static double quantile(double[] values, double share) {
        if (values.length == 0) {
            throw new IllegalArgumentException("Nothing has no quantile.");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double position = share * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /** The distance of the 10th from the 90th percentile, as a share of the median. */
    static double spread(double[] values) {
        return (quantile(values, 0.9) - quantile(values, 0.1)) / median(values);
    }

    /** Returns the ratio of values from the same round, as far as both have rounds, with its interval. */
    static Interval ratio(double[] of, double[] to) {
        double[] ratios = new double[Math.min(of.length, to.length)];
        Arrays.setAll(ratios, i -> of[i] / to[i]);
        return bootstrapMedian(ratios);
    }

    /** The median's interval by the percentile bootstrap; the same for the same values. */
    static Interval bootstrapMedian(double[] values) {
        Random random = new Random(values.length);
        double[] medians = new double[RESAMPLES];
        double[] resample = new double[values.length];
        for (int i = 0; i < RESAMPLES; i++) {
            for (int j = 0; j < resample.length; j++) {
                resample[j] = values[random.nextInt(values.length)];
            }
            medians[i] = median(resample);
        }
        double tail = (1 - CONFIDENCE) / 2;
        return new Interval(median(values), quantile(medians, tail), quantile(medians, 1 - tail), values.length);
    }
}
