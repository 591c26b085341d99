// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.io.IOException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The processors of a case.
 *
 * @param loops those of the server
 * @param softirqs those that handle the queues' interrupts; none if that is not known
 */
record Placing(SortedSet<Integer> loops, SortedSet<Integer> softirqs) {
    /**
     * Returns the processors of a layout, as interrupts are placed now.
     *
     * @param softirqCpus the processors that the user names, one for each queue; empty to find them out
     * @throws Processors.UnknownException if the layout is unknown
     */
    static Placing of(Layout layout, String interfaceName, List<Integer> queues, String softirqCpus)
            throws IOException {
        if (layout == Layout.SOFTIRQ_UNKNOWN) {
            return new Placing(Processors.any(Math.max(1, queues.size())), new TreeSet<>());
        }
        SortedSet<Integer> softirqs = softirqCpus.isEmpty()
                ? Processors.ofInterrupts(interfaceName, queues)
                : Processors.parse(softirqCpus).stream()
                        .limit(Math.max(1, queues.size()))
                        .collect(Collectors.toCollection(TreeSet::new));
        return new Placing(layout == Layout.ONE_CORE ? softirqs : Processors.beside(softirqs), softirqs);
    }

    String loopList() {
        return Processors.list(loops);
    }

    /** All processors that the reception takes; empty if they are not known. */
    String allList() {
        SortedSet<Integer> all = new TreeSet<>(loops);
        all.addAll(softirqs);
        return softirqs.isEmpty() ? "" : Processors.list(all);
    }
}
