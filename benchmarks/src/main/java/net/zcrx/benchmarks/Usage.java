// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The kernel's accounts of a process and of its processors, at one moment; processor time is in {@link ThreadUsage}.
 *
 * @param contextSwitches of the threads that it has now, voluntary or not
 * @param residentMib memory now
 * @param peakMib the most that it was
 * @param softirqSeconds of the processors that it is pinned to
 */
record Usage(long contextSwitches, double residentMib, double peakMib, double softirqSeconds) {
    static Usage of(long pid, String cpus) throws IOException {
        Path proc = Path.of("/proc", Long.toString(pid));
        List<String> status = Files.readAllLines(proc.resolve("status"));
        return new Usage(
                contextSwitches(proc.resolve("task")),
                field(status, "VmRSS:") / 1024.0,
                field(status, "VmHWM:") / 1024.0,
                ProcessorTime.of(cpus).softirqSeconds());
    }

    private static long contextSwitches(Path tasks) throws IOException {
        return sum(tasks, thread -> {
            List<String> status = Files.readAllLines(thread.resolve("status"));
            return field(status, "voluntary_ctxt_switches:") + field(status, "nonvoluntary_ctxt_switches:");
        });
    }

    private interface OfThread {
        long read(Path thread) throws IOException;
    }

    private static long sum(Path tasks, OfThread value) throws IOException {
        long sum = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
            for (Path thread : threads) {
                try {
                    sum += value.read(thread);
                } catch (IOException e) {
                    // The thread has ended since it was listed; it no longer counts.
                    continue;
                }
            }
        }
        return sum;
    }

    static long field(List<String> status, String name) {
        for (String line : status) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IllegalStateException("/proc has no " + name);
    }
}
