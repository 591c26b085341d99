// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.zcrx.benchmarks.AgentModule.Way;

/** The output of the agent in a process, if there was one. */
record AgentWords(String errors) {
    private static final Pattern RECEIVED = Pattern.compile("zcrx-agent: INFO report: .* received=(\\d+) ");

    /**
     * Checks that the measured way is the intended one.
     *
     * @param bytes that the process received at least
     * @throws RunFailedException if it is not, with words that end without a full stop
     */
    void check(Way way, long bytes) throws RunFailedException {
        switch (way) {
            case EPOLL -> checkSilence();
            case AGENT -> checkReport(bytes);
        }
    }

    private void checkSilence() throws RunFailedException {
        if (errors.contains("zcrx-agent: ")) {
            throw new RunFailedException("The agent was there without being asked for: see JAVA_TOOL_OPTIONS");
        }
    }

    private void checkReport(long bytes) throws RunFailedException {
        Matcher report = RECEIVED.matcher(errors);
        if (!report.find()) {
            throw new RunFailedException("No report of the agent says that anything ran on zcrx");
        }
        if (Long.parseLong(report.group(1)) < bytes) {
            throw new RunFailedException("Of " + bytes + " bytes that came zcrx received " + report.group(1));
        }
    }
}
