// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Counts a process's system calls, by {@code perf} and the kernel's tracepoint. While they are counted each costs more,
 * so nothing else is measured meanwhile.
 */
final class SyscallCounter {
    private static final String CALLS = "raw_syscalls:sys_enter";
    /** The count of a process that was never on a processor. */
    private static final String SLEPT = "<not counted>";

    private static final int EVENT = 3;
    private static final double MILLISECONDS = 1000;
    private static final double TRIAL_SECONDS = 0.05;

    private final String why;

    private SyscallCounter(String why) {
        this.why = why;
    }

    /** Creates the counter, after a try on this process. */
    static SyscallCounter find() {
        try {
            count(ProcessHandle.current().pid(), TRIAL_SECONDS);
            return new SyscallCounter(null);
        } catch (IOException e) {
            return new SyscallCounter(e.getMessage());
        }
    }

    boolean isAvailable() {
        return why == null;
    }

    /** Why it is not available, and what to do; {@code null} if it is. */
    String why() {
        return why;
    }

    /** System calls of all threads of a process, per second. */
    double perSecond(long pid, double seconds) throws IOException {
        return count(pid, seconds);
    }

    private static double count(long pid, double seconds) throws IOException {
        List<String> command = List.of(
                "perf",
                "stat",
                "--field-separator=,",
                "--event=" + CALLS,
                "--pid=" + pid,
                "--interval-print=" + Math.round(seconds * MILLISECONDS),
                "--interval-count=1");
        String out;
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IOException("there is no perf; on Debian the package linux-perf has it.", e);
        }
        return perSecond(out);
    }

    /** Reads a rate from a line {@code SECONDS,COUNT,UNIT,EVENT,...}. */
    static double perSecond(String out) throws IOException {
        for (String line : out.split("\n")) {
            String[] fields = line.trim().split(",");
            if (fields.length <= EVENT || !fields[EVENT].equals(CALLS)) {
                continue;
            }
            if (fields[1].equals(SLEPT)) {
                return 0;
            }
            if (fields[1].matches("\\d+")) {
                return Double.parseDouble(fields[1]) / Double.parseDouble(fields[0]);
            }
        }
        String said = out.strip().lines().limit(2).collect(Collectors.joining(" "));
        throw new IOException("perf stat needs root, a kernel with tracepoints, and version 4.17 or newer; it said: "
                + (said.isEmpty() ? "nothing" : said));
    }
}
