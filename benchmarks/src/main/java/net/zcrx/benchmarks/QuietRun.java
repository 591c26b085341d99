// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;

/**
 * Repeats a run if the machine's host took the processors away meanwhile. Such a run tells more about the host than
 * about the peer. The run that the host disturbed least counts.
 */
final class QuietRun {
    /** Per cent of the time of one processor that the host may take from a measurement: {@link Metric#STOLEN}. */
    private static final double MOST_STOLEN = 4;

    /** Tries of a run, unless less is asked for. */
    static final int MOST_TRIES = 3;

    private final Host host;
    private final int mostTries;
    private final PrintWriter progress;

    /** Tells how much the host has taken. */
    interface Host {
        Stolen stolen() throws IOException;
    }

    /** A run that may be done again. */
    interface Measurement {
        /** @param again whether it is done again */
        Attempt run(boolean again) throws IOException, RunFailedException;
    }

    /**
     * A run that did not fail.
     *
     * @param calibration nanoseconds that a fixed amount of work took on the server's processor before it
     */
    record Attempt(Map<Metric, Double> metrics, long calibration) {
        private double stolen() {
            return metrics.getOrDefault(Metric.STOLEN, 0.0);
        }
    }

    /** @param mostTries of a run, with the first one */
    QuietRun(Host host, int mostTries, PrintWriter progress) {
        this.host = host;
        this.mostTries = mostTries;
        this.progress = progress;
    }

    /** @throws RunFailedException if each try failed, or one on a quiet machine before any was well */
    Attempt measure(Measurement measurement) throws IOException, RunFailedException {
        Attempt best = null;
        for (int tries = 1; ; tries++) {
            Stolen before = host.stolen();
            double stolen;
            try {
                Attempt attempt = measurement.run(tries > 1);
                stolen = attempt.stolen();
                best = best == null || stolen < best.stolen() ? attempt : best;
            } catch (RunFailedException e) {
                stolen = host.stolen().percentSince(before);
                if (best == null && (stolen <= MOST_STOLEN || tries == mostTries)) {
                    throw e;
                }
            }
            if (stolen <= MOST_STOLEN || tries == mostTries) {
                return best;
            }
            progress.printf(
                    Locale.ROOT, "The host took %.0f %% of a processor's time: the run is done again.%n", stolen);
        }
    }
}
