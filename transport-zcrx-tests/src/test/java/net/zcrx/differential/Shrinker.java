// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Leaves out of a sequence what can be left out while it still fails. */
final class Shrinker {
    /** Each try is a play on both transports. */
    private static final int MAX_TRIES = Integer.getInteger("zcrx.differential.tries", 60);

    private final Predicate<Scenario> fails;
    private Scenario shortest;
    private int tries;

    Shrinker(Scenario failing, Predicate<Scenario> fails) {
        this.shortest = failing;
        this.fails = fails;
    }

    Scenario shrink() {
        boolean shorter = true;
        while (shorter && tries < MAX_TRIES) {
            shorter = false;
            for (Scenario candidate : candidates()) {
                if (tries++ < MAX_TRIES && fails.test(candidate)) {
                    shortest = candidate;
                    shorter = true;
                    break;
                }
            }
        }
        return shortest;
    }

    /** The shortest ones first. */
    private List<Scenario> candidates() {
        List<Scenario> candidates = new ArrayList<>();
        List<Step> steps = shortest.steps();
        for (int i = 0; i < steps.size(); i++) {
            candidates.add(shortest.withSteps(without(steps, i)));
        }
        for (int i = 0; i < shortest.reactions().size(); i++) {
            candidates.add(shortest.withReactions(without(shortest.reactions(), i)));
        }
        for (int i = 0; i < steps.size(); i++) {
            List<Op> ops = steps.get(i).ops();
            for (int j = 0; ops.size() > 1 && j < ops.size(); j++) {
                List<Step> fewer = new ArrayList<>(steps);
                fewer.set(i, new Step(steps.get(i).where(), without(ops, j)));
                candidates.add(shortest.withSteps(fewer));
            }
        }
        return candidates;
    }

    private static <T> List<T> without(List<T> list, int index) {
        List<T> rest = new ArrayList<>(list);
        rest.remove(index);
        return List.copyOf(rest);
    }
}
