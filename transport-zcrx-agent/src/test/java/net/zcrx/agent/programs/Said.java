// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a program and the agent said. */
record Said(String text) {
    private static final String AGENT = "zcrx-agent: ";
    private static final Pattern REPORT = Pattern.compile(
            "report: facades=[1-9]\\d* groups=(?<groups>\\d+) loops=\\d+ modes=(?<modes>.*) received=(?<received>\\d+)"
                    + " zeroCopy=\\d+ copied=\\d+ held=(?<held>\\d+) channels=\\{(?<channels>.*)}");

    int count(String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    List<String> warnings() {
        return text.lines().filter(line -> line.startsWith(AGENT + "WARN ")).toList();
    }

    /** The only one. */
    String warning() {
        assertEquals(1, warnings().size(), text);
        return warnings().get(0);
    }

    Said noWarning() {
        assertEquals(List.of(), warnings(), text);
        return this;
    }

    boolean isAgentSilent() {
        return !text.contains(AGENT);
    }

    /** A part of each report: there is one for each loader that has zcrx. */
    List<String> reported(String group) {
        return REPORT.matcher(text)
                .results()
                .map(found -> group(found.group(), group))
                .toList();
    }

    private static String group(String report, String group) {
        Matcher matcher = REPORT.matcher(report);
        assertTrue(matcher.matches());
        return matcher.group(group);
    }

    /** By the counters of zcrx at least so many bytes came, and no buffer is held; the agent said when it began. */
    Said carried(long bytes) {
        assertEquals(1, count(AGENT + "INFO The first channel runs on zcrx, on thread "), text);
        assertEquals(1, reported("received").size(), text);
        assertTrue(Long.parseLong(reported("received").get(0)) >= bytes, text);
        assertEquals(List.of("0"), reported("held"), text);
        return this;
    }

    Said carriedNothing() {
        assertEquals(1, count(AGENT + "INFO report: nothing ran on zcrx."), text);
        return this;
    }

    @Override
    public String toString() {
        return text;
    }
}
