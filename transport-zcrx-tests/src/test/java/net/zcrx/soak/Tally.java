// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What was done so far. Used on one thread. */
final class Tally {
    enum Item {
        ROUNDS,
        GROUPS,
        LOOPS,
        CONNECTIONS,
        RESETS,
        EXHAUSTIONS,
        KILLS,
        BYTES
    }

    private final Map<Item, Long> counts = new EnumMap<>(Item.class);

    void add(Item item, long count) {
        counts.merge(item, count, Long::sum);
    }

    /** Adds what {@link #toString} of another process's gave. */
    void add(String words) {
        for (String word : words.split(" ")) {
            String[] parts = word.split("=");
            add(Item.valueOf(parts[0].toUpperCase(Locale.ROOT)), Long.parseLong(parts[1]));
        }
    }

    /** {@code rounds=3 groups=...}: all of them. */
    @Override
    public String toString() {
        return Arrays.stream(Item.values())
                .map(item -> item.name().toLowerCase(Locale.ROOT) + '=' + counts.getOrDefault(item, 0L))
                .collect(Collectors.joining(" "));
    }
}
