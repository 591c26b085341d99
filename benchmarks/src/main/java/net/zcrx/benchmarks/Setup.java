// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The place and the duration of measurements.
 *
 * @param congestion TCP congestion control of all connections
 * @param serverPrefix command that the server is started by, as {@code taskset -c 0}
 * @param loadPrefix the same for the load generator
 * @param freePrefix the same for both where they are not pinned
 * @param serverCpus processors of the server, as {@code 0} or {@code 2-5}
 * @param address that the server listens on
 * @param firstPort of the services; 0 for any
 * @param queue NIC queue of zcrx, as {@code eth0:1}; {@code null} to copy
 * @param warmup seconds that a fresh server works before the measurement; {@code null} for as long as the pattern needs
 * @param seconds of the measurement
 */
public record Setup(
        Home home,
        String congestion,
        List<String> serverPrefix,
        List<String> loadPrefix,
        List<String> freePrefix,
        String serverCpus,
        String address,
        int firstPort,
        String queue,
        Double warmup,
        double seconds) {
    private static final int LONGEST_WARMUP = 20;
    private static final int SERIES_HOURS = 4;

    /** Returns the same setup with another warm-up. */
    Setup warmup(double seconds) {
        return with(serverPrefix, loadPrefix, serverCpus, seconds, this.seconds);
    }

    /** The same with a measurement of another length. */
    Setup lasting(double newSeconds) {
        return with(serverPrefix, loadPrefix, serverCpus, warmup, newSeconds);
    }

    /** Returns the same setup at the place that a pattern wants. */
    Setup at(Placement placement) {
        return switch (placement) {
            case PINNED -> this;
            case FREE -> {
                int last = Runtime.getRuntime().availableProcessors() - 1;
                yield with(freePrefix, freePrefix, "0-" + last, warmup, seconds);
            }
        };
    }

    /** The same for a server that is part of the load. */
    Setup onLoadSide() {
        return with(loadPrefix, loadPrefix, serverCpus, warmup, seconds);
    }

    private Setup with(
            List<String> newServerPrefix,
            List<String> newLoadPrefix,
            String newServerCpus,
            Double newWarmup,
            double newSeconds) {
        return new Setup(
                home,
                congestion,
                newServerPrefix,
                newLoadPrefix,
                freePrefix,
                newServerCpus,
                address,
                firstPort,
                queue,
                newWarmup,
                newSeconds);
    }

    /**
     * Returns the seconds after which a child process counts as hung; generous, as a start in the virtual machine takes
     * a while.
     */
    long limitSeconds() {
        return 60 + Math.round(10 * (LONGEST_WARMUP + seconds));
    }

    /** The same for servers, which live until a series of patterns is through with all peers. */
    long seriesLimitSeconds() {
        return TimeUnit.HOURS.toSeconds(SERIES_HOURS);
    }

    /** Returns the file for the error output of a server or a load generator. */
    Redirect errors(String who) throws IOException {
        return Redirect.appendTo(log(who).toFile());
    }

    Path log(String who) throws IOException {
        Path logs = home.target().resolve("logs");
        Files.createDirectories(logs);
        return logs.resolve(who + ".log");
    }
}
