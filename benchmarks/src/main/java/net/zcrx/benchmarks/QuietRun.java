// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;

/**
 * Does a run again if the machine's host took the processors away meanwhile. Such a run tells more about the host than
 * about the peer. The last one counts, however it was.
 */
final class QuietRun {
    /** Share of the processors' time that the host may take. */
    private static final double MOST_STOLEN = 0.02;

    private static final int MOST_TRIES = 3;

    private final Stolen stolen;
    private final PrintWriter progress;

    /** Tells how much time the host has taken. */
    interface Stolen {
        /** Seconds of all processors, since some moment that stays the same. */
        double seconds() throws IOException;
    }

    /** What is measured. */
    interface Measurement {
        Map<Metric, Double> run() throws IOException, RunFailedException;
    }

    QuietRun(Stolen stolen, PrintWriter progress) {
        this.stolen = stolen;
        this.progress = progress;
    }

    Map<Metric, Double> measure(Measurement measurement) throws IOException, RunFailedException {
        for (int tries = 1; ; tries++) {
            long start = System.nanoTime();
            double before = stolen.seconds();
            Map<Metric, Double> metrics = measurement.run();
            double had =
                    (System.nanoTime() - start) / 1e9 * Runtime.getRuntime().availableProcessors();
            double share = (stolen.seconds() - before) / had;
            if (share <= MOST_STOLEN || tries == MOST_TRIES) {
                return metrics;
            }
            progress.printf(
                    Locale.ROOT,
                    "The host took %.0f %% of the processors' time: the run is done again.%n",
                    share * 100);
        }
    }
}
