// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The time that the machine's host has given to others though the processors had work, as counted so far.
 *
 * @param processors lines of {@code /proc/stat}, one per processor; see proc(5)
 * @param nanos {@link System#nanoTime} then
 */
record Stolen(List<String> processors, long nanos) {
    private static final int STEAL = 8;
    private static final double NANOS_PER_TICK = 10_000_000;
    private static final double PERCENT = 100;

    static Stolen now() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/stat"));
        return new Stolen(
                lines.stream().filter(line -> line.matches("cpu\\d.*")).toList(), System.nanoTime());
    }

    /** Per cent of the time since {@code before}, of the processor that the host took most of. */
    double percentSince(Stolen before) {
        long most = 0;
        for (int i = 0; i < processors.size(); i++) {
            most = Math.max(most, ticks(processors.get(i)) - ticks(before.processors.get(i)));
        }
        return most * NANOS_PER_TICK / (nanos - before.nanos) * PERCENT;
    }

    private static long ticks(String processor) {
        return Long.parseLong(processor.split(" +")[STEAL]);
    }
}
