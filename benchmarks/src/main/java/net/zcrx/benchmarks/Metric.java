// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.Locale;

/** The values that are measured of a run, in the unit that they are shown in. */
enum Metric {
    THROUGHPUT("throughput", "GiB/s", true, 3),
    REQUESTS("requests", "1/s", true, 0),
    CPU_PER_GIB("CPU per GiB", "s", false, 4),
    CPU_PER_MILLION("CPU per million", "s", false, 2),
    CPU_PER_MESSAGE("CPU per message", "us", false, 2),
    SYSCALLS_PER_MESSAGE("system calls per message", "", false, 2),
    SWITCHES_PER_MESSAGE("context switches per message", "", false, 2),
    CPU("server CPU", "cores", false, 2),
    SOFTIRQ("softirq", "cores", false, 2),
    CLIENT_CPU("client CPU", "cores", false, 2),
    P50("p50", "us", false, 1),
    P99("p99", "us", false, 1),
    P999("p99.9", "us", false, 1),
    PACED_P50("paced p50", "us", false, 1),
    PACED_P99("paced p99", "us", false, 1),
    PACED_P999("paced p99.9", "us", false, 1),
    MEMORY_PER_CONNECTION("memory per connection", "B", false, 0),
    PEAK_MEMORY("peak memory", "MiB", false, 0),
    HELD_MEMORY("held memory", "MiB", false, 1),
    CONTEXT_SWITCHES("context switches", "1/s", false, 0),
    ALLOCATED_PER_GIB("allocated per GiB", "B", false, 0),
    ALLOCATED_PER_REQUEST("allocated per request", "B", false, 0),
    FAIRNESS("slowest to fastest flow", "", true, 2),
    ZERO_COPY_BYTES("zero-copy bytes", "MiB", true, 1),
    COPIED_BYTES("copied bytes", "MiB", false, 1),
    REFILLS("refills", "", false, 0),
    BUFFER_BYTES("mean buffer", "B", true, 0),
    EXHAUSTIONS("exhaustions", "", false, 0),
    STOLEN("stolen by the host", "%", false, 1);

    private final String label;
    private final String unit;
    private final boolean higherIsBetter;
    private final int digits;

    Metric(String label, String unit, boolean higherIsBetter, int digits) {
        this.label = label;
        this.unit = unit;
        this.higherIsBetter = higherIsBetter;
        this.digits = digits;
    }

    String label() {
        return label;
    }

    /** The label with the unit, as the head of a column. */
    String heading() {
        return unit.isEmpty() ? label : label + " " + unit;
    }

    boolean higherIsBetter() {
        return higherIsBetter;
    }

    double better(double one, double other) {
        return higherIsBetter ? Math.max(one, other) : Math.min(one, other);
    }

    String format(double value) {
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
