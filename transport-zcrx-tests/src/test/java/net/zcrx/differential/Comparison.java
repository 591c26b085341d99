package net.zcrx.differential;

import java.util.ArrayList;
import java.util.List;

/** What a sequence gave on epoll and on zcrx. */
record Comparison(Scenario scenario, List<List<String>> epoll, List<List<String>> zcrx, boolean stable) {
    boolean isSame() {
        return epoll.equals(zcrx);
    }

    /** The first section that differs. */
    int section() {
        int index = 0;
        while (index < epoll.size() && index < zcrx.size() && epoll.get(index).equals(zcrx.get(index))) {
            index++;
        }
        return index;
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
