// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

/** The placement of event loops and softirqs. */
enum Layout {
    /** Each loop on the processor that handles its queue's interrupts. */
    ONE_CORE("one core"),
    /** Each loop on a processor of its own, beside that one. */
    SPLIT_CORES("split cores"),
    /** The loops on processors of their own, and where the softirqs run is not known. */
    SOFTIRQ_UNKNOWN("softirq anywhere");

    private final String label;

    Layout(String label) {
        this.label = label;
    }

    @Override
    public String toString() {
        return label;
    }
}
