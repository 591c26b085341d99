package net.zcrx.benchmarks;

import java.io.IOException;
import java.util.List;

/** The program that uses the server. */
interface LoadGenerator extends AutoCloseable {
    /** Waits for the end of the warm-up. */
    void awaitBegin() throws IOException, RunFailedException;

    /** Waits for the end of the measurement; one result for each group. */
    List<GroupResult> awaitEnd() throws IOException, RunFailedException;

    @Override
    void close();

    /**
     * What a group of connections did in the measurement.
     *
     * @param seconds that the measurement took
     * @param fairness bytes of its slowest flow as a share of those of its fastest; NaN if it has no flows
     * @param p50 latency in nanoseconds, as the others; 0 if it has none
     */
    record GroupResult(
            Load load, double seconds, long bytes, long exchanges, double fairness, long p50, long p99, long p999) {
        boolean didNothing() {
            return bytes == 0 && exchanges == 0 && !load.kind().equals("idle");
        }
    }
}
