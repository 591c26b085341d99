// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Which cases, in which order: what takes longest to change changes least often, and transports take turns. */
final class Schedule {
    private Schedule() {}

    /**
     * All cases of one MTU.
     *
     * @param layouts those that each set of queues can have
     */
    static List<Case> of(int mtu, Map<List<Integer>, List<Layout>> layouts, int rounds, List<Candidate> candidates) {
        List<Case> all = new ArrayList<>();
        for (Map.Entry<List<Integer>, List<Layout>> each : layouts.entrySet()) {
            for (Layout layout : each.getValue()) {
                for (int round = 1; round <= rounds; round++) {
                    List<Candidate> order = new ArrayList<>(candidates);
                    // Whoever is first finds another machine than whoever is last.
                    Collections.rotate(order, 1 - round);
                    for (Candidate candidate : order) {
                        all.add(new Case(mtu, each.getKey(), layout, round, candidate));
                    }
                }
            }
        }
        return all;
    }

    /** The first queue, as the figures of others are of one, and then all of them; none if there are none. */
    static List<List<Integer>> queueSets(List<Integer> queues) {
        return queues.size() < 2 ? List.of(queues) : List.of(queues.subList(0, 1), queues);
    }
}
