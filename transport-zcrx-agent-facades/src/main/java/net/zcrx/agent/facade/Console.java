// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.facade;

/** Lines like those of the agent, which has no logger of the application's. */
public final class Console {
    private Console() {}

    public static void info(String sentence) {
        System.err.println("zcrx-agent: INFO " + sentence);
    }

    public static void warn(String sentence) {
        System.err.println("zcrx-agent: WARN " + sentence);
    }
}
