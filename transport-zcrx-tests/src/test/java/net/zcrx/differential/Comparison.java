// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import java.util.ArrayList;
import java.util.List;

/**
 * What a sequence gave on epoll and on zcrx.
 *
 * @param stable whether it gave the same on epoll each time
 * @param failsOnEpoll whether one of epoll's own faults came in between
 */
record Comparison(
        Scenario scenario, List<List<String>> epoll, List<List<String>> zcrx, boolean stable, boolean failsOnEpoll) {
    /**
     * Netty's epoll transport has faults of its own: it fails to change what it waits for on a socket whose input was
     * shut down, or that is not connected, or has left its loop, and closes or forgets the channel. This tells it, as
     * does a result with an UncheckedIOException behind it: there is nothing to compare with.
     */
    static final String FAULT_OF_EPOLL =
            "exception (UncheckedIOException|NotYetConnectedException|IllegalStateException).*";

    boolean isSame() {
        return epoll.equals(zcrx) || failsOnEpoll || isOver();
    }

    /** Whether the first section that differs is one, of either transport, after which nothing is compared. */
    private boolean isOver() {
        int index = section();
        return Difference.isOver(epoll, index) || Difference.isOver(zcrx, index);
    }

    /** What differs first, without the numbers of the actions: alike for sequences that find the same fault. */
    String difference() {
        int index = section();
        List<String> expected = new ArrayList<>(index < epoll.size() ? epoll.get(index) : List.of());
        List<String> given = new ArrayList<>(index < zcrx.size() ? zcrx.get(index) : List.of());
        List<String> common = new ArrayList<>(expected);
        common.retainAll(given);
        expected.removeAll(common);
        given.removeAll(common);
        return (expected + " but " + given).replaceAll("#[0-9]+", "").replaceAll("peer [0-9]+ bytes [0-9a-f]+", "peer");
    }

    /** The first section that differs. */
    private int section() {
        int index = 0;
        while (index < epoll.size() && index < zcrx.size() && epoll.get(index).equals(zcrx.get(index))) {
            index++;
        }
        return index;
    }

    /** Actions of the sequence. */
    int length() {
        return scenario.ops().size();
    }

    /** Both traces side by side. */
    @Override
    public String toString() {
        List<String> lines = new ArrayList<>();
        lines.add(scenario.toString());
        for (int i = 0; i < Math.max(epoll.size(), zcrx.size()); i++) {
            lines.add("--- " + (i == 0 ? "beginning" : i <= scenario.steps().size() ? "step " + i : "end"));
            List<String> left = i < epoll.size() ? epoll.get(i) : List.of();
            List<String> right = i < zcrx.size() ? zcrx.get(i) : List.of("(ended above)");
            for (int j = 0; j < Math.max(left.size(), right.size()); j++) {
                String ours = j < left.size() ? left.get(j) : "";
                String theirs = j < right.size() ? right.get(j) : "";
                lines.add(String.format("%s %-76s | %s", ours.equals(theirs) ? " " : "!", ours, theirs));
            }
        }
        return String.join("\n", lines);
    }
}
