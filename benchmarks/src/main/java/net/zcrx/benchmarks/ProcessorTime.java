// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The times of some processors since the machine was started, at one moment, in seconds.
 *
 * @param busySeconds all that was not idle: programs, the kernel, interrupts
 * @param softirqSeconds of these, in softirqs
 */
public record ProcessorTime(double busySeconds, double softirqSeconds) {
    /** The clock ticks per second, the same on all machines with Linux that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;
    /** Fields of {@code /proc/stat}: user, nice, system, idle, iowait, irq, softirq, steal. */
    private static final int IDLE = 4;

    private static final int IOWAIT = 5;
    private static final int SOFTIRQ = 7;
    private static final int STEAL = 8;

    /** Returns the times of the processors of a list, as taskset takes it. */
    public static ProcessorTime of(String cpus) throws IOException {
        double busy = 0;
        double softirq = 0;
        for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
            String[] fields = line.split(" +");
            if (fields[0].matches("cpu\\d+") && CpuList.contains(cpus, Integer.parseInt(fields[0].substring(3)))) {
                for (int i = 1; i < STEAL; i++) {
                    busy += i == IDLE || i == IOWAIT ? 0 : Long.parseLong(fields[i]);
                }
                softirq += Long.parseLong(fields[SOFTIRQ]);
            }
        }
        return new ProcessorTime(busy / TICKS_PER_SECOND, softirq / TICKS_PER_SECOND);
    }

    public ProcessorTime since(ProcessorTime before) {
        return new ProcessorTime(busySeconds - before.busySeconds, softirqSeconds - before.softirqSeconds);
    }
}
