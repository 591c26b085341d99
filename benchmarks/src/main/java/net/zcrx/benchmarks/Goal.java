// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

/**
 * The limit that the ratio of zcrx to a peer must reach: at least the limit where higher is better, else at most.
 *
 * @param versus the peer, or {@code null} for the best one of the round
 */
record Goal(Metric metric, double limit, Peer versus) {
    static Goal ofBest(Metric metric, double limit) {
        return new Goal(metric, limit, null);
    }

    boolean isMetBy(double ratio) {
        return metric.higherIsBetter() ? ratio >= limit : ratio <= limit;
    }
}
