// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/** Lines of {@code key=value} pairs, as the server and the load generator print them. */
public final class KeyValues {
    private KeyValues() {}

    /** Reads pairs of a line; words without {@code =} are left out. */
    public static Map<String, String> parse(String line) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String word : line.trim().split("\\s+")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                pairs.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return pairs;
    }
}
