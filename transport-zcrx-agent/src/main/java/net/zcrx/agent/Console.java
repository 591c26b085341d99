// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

/** Standard error: a logger would belong to the application, which has not begun yet. */
final class Console {
    private Console() {}

    static void info(String sentence) {
        System.err.println("zcrx-agent: INFO " + sentence);
    }

    static void warn(String sentence) {
        System.err.println("zcrx-agent: WARN " + sentence);
    }
}
