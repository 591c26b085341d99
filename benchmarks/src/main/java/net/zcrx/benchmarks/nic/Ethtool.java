// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.zcrx.benchmarks.Processes;

/** The output of ethtool for an interface. */
final class Ethtool {
    /** The settings that figures may depend on, by the option that shows them. */
    private static final Map<String, String> SETTINGS = settings();

    private final String interfaceName;

    Ethtool(String interfaceName) {
        this.interfaceName = interfaceName;
    }

    private static Map<String, String> settings() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("rings", "-g");
        options.put("channels", "-l");
        options.put("coalescing", "-c");
        options.put("features", "-k");
        options.put("pause", "-a");
        return options;
    }

    private String ask(String... words) throws IOException {
        return Processes.output(List.of(words));
    }

    /** Driver, firmware and speed; {@code unknown} for facts that it does not have. */
    NicFacts facts() throws IOException {
        Map<String, String> driver = pairs(ask("ethtool", "-i", interfaceName));
        String speed = "unknown";
        try {
            speed = pairs(ask("ethtool", interfaceName)).getOrDefault("Speed", speed);
        } catch (IOException e) {
            // Not every device has one.
            return facts(driver, speed);
        }
        return facts(driver, speed);
    }

    private NicFacts facts(Map<String, String> driver, String speed) {
        return new NicFacts(
                interfaceName,
                driver.getOrDefault("driver", "unknown"),
                driver.getOrDefault("version", "unknown"),
                driver.getOrDefault("firmware-version", "unknown"),
                driver.getOrDefault("bus-info", "unknown"),
                speed);
    }

    /** The text of each group of settings that the driver has. */
    Map<String, List<String>> allSettings() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        SETTINGS.forEach((name, option) -> {
            try {
                all.put(name, ask("ethtool", option, interfaceName).lines().toList());
            } catch (IOException e) {
                // The driver does not have them, or this ethtool is too old.
                all.put(name, List.of(e.getMessage()));
            }
        });
        return all;
    }

    /** The NIC's own counters. */
    Map<String, Long> counters() throws IOException {
        return numbers(ask("ethtool", "-S", interfaceName));
    }

    /** The same; none where ethtool does not tell, which is said once and by others. */
    Map<String, Long> countersIfKnown() {
        try {
            return counters();
        } catch (IOException e) {
            return Map.of();
        }
    }

    static Map<String, Long> numbers(String text) {
        Map<String, Long> numbers = new TreeMap<>();
        pairs(text).forEach((name, value) -> {
            if (value.matches("\\d{1,18}")) {
                numbers.put(name, Long.valueOf(value));
            }
        });
        return numbers;
    }

    /** Lines of {@code name: value}; a name may hold colons of its own, as in {@code [0]: rx_bytes: 1}. */
    static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            int colon = line.lastIndexOf(": ");
            String value = colon < 0 ? "" : line.substring(colon + 2).trim();
            if (!value.isEmpty()) {
                pairs.put(line.substring(0, colon).trim(), value);
            }
        }
        return pairs;
    }
}
