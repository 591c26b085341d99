// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One measurement.
 *
 * @param mtu of both sides; 0 as it is
 * @param queues that the port is steered to, each with a loop; empty if the NIC is left as it is
 * @param round from 1 on
 */
record Case(int mtu, List<Integer> queues, Layout layout, int round, Candidate candidate) {
    /** Event loops of the server. */
    int loops() {
        return Math.max(1, queues.size());
    }

    /** Queues as the transport takes them: {@code eth0:4,eth0:5}. */
    String queueNames(String interfaceName) {
        return queues.stream().map(queue -> interfaceName + ':' + queue).collect(Collectors.joining(","));
    }

    String circumstances() {
        return circumstances(mtu, queues, layout);
    }

    /** Returns all but round and transport, in words. */
    static String circumstances(int mtu, List<Integer> queues, Layout layout) {
        List<String> words = new ArrayList<>();
        words.add(mtu == 0 ? "MTU as it is" : "MTU " + mtu);
        if (!queues.isEmpty()) {
            String numbers = queues.stream().map(String::valueOf).collect(Collectors.joining(" "));
            words.add((queues.size() == 1 ? "queue " : "queues ") + numbers);
        }
        words.add(layout.toString());
        return String.join(", ", words);
    }
}
