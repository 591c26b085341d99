// SPDX-License-Identifier: Apache-2.0
package net.zcrx.doctor;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import net.zcrx.nic.check.Requirement;

/** The findings of {@link Doctor}, printed for people or as JSON for programs. */
record DoctorReport(
        String interfaceName,
        int queue,
        String verdict,
        List<String> changes,
        String failure,
        List<Requirement> requirements) {
    private static final String ROW = "  %-8s %-16s %s%n";
    private static final int TEXT_WIDTH = 90;

    void print(PrintStream out) {
        out.println("zcrx doctor" + (interfaceName.isEmpty() ? "" : ": " + interfaceName)
                + (queue < 0 ? "" : ", queue " + queue));
        out.println();
        for (String change : changes) {
            out.println("  done: " + change);
        }
        if (!failure.isEmpty()) {
            out.println("  FAILED: " + failure);
        }
        if (!changes.isEmpty() || !failure.isEmpty()) {
            out.println();
        }
        for (Requirement requirement : requirements) {
            String label = label(requirement);
            String name = requirement.name();
            for (String line : wrap(requirement.text())) {
                out.printf(ROW, label, name, line);
                label = "";
                name = "";
            }
            if (!requirement.command().isEmpty()) {
                out.printf(ROW, "", "", "-> " + requirement.command());
            }
        }
        out.println();
        out.println(verdict);
    }

    private static String label(Requirement requirement) {
        return switch (requirement.status()) {
            case OK -> "ok";
            case UNKNOWN -> "unknown";
            case MISSING -> requirement.needed() ? "MISSING" : "advice";
        };
    }

    private static List<String> wrap(String text) {
        return text.replaceAll("(.{1," + TEXT_WIDTH + "})(?: +|$)", "$1\n")
                .lines()
                .toList();
    }

    String json() {
        String separator = "," + System.lineSeparator();
        return "{" + System.lineSeparator()
                + "  \"interface\": " + (interfaceName.isEmpty() ? "null" : quote(interfaceName)) + separator
                + "  \"queue\": " + (queue < 0 ? "null" : queue) + separator
                + "  \"verdict\": " + quote(verdict) + separator
                + "  \"changes\": ["
                + changes.stream().map(DoctorReport::quote).collect(Collectors.joining(", ")) + "]" + separator
                + "  \"failure\": " + (failure.isEmpty() ? "null" : quote(failure)) + separator
                + "  \"requirements\": [" + System.lineSeparator()
                + requirements.stream().map(DoctorReport::json).collect(Collectors.joining(separator))
                + System.lineSeparator() + "  ]" + System.lineSeparator() + "}";
    }

    private static String json(Requirement requirement) {
        return "    {\"name\": " + quote(requirement.name()) + ", \"status\": "
                + quote(requirement.status().name().toLowerCase(Locale.ROOT))
                + ", \"needed\": " + requirement.needed() + ", \"text\": "
                + quote(requirement.text()) + ", \"command\": "
                + (requirement.command().isEmpty() ? "null" : quote(requirement.command())) + "}";
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
