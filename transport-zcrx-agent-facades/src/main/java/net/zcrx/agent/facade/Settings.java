// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.facade;

import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;

/**
 * What the agent was told; it has checked it, and hands it on by system properties, for no class of it is seen here.
 */
final class Settings {
    private static final String PREFIX = "net.zcrx.agent.";

    private Settings() {}

    private static String get(String name) {
        return System.getProperty(PREFIX + name, "");
    }

    /** Part of the names of the threads whose group gets the NIC queues; empty for none. */
    static String queuesFor() {
        return get("queuesFor");
    }

    static String interfaceQueues() {
        return get("interfaceQueues");
    }

    static boolean hasMeters() {
        return Boolean.parseBoolean(get("meters"));
    }

    private static ZcrxMode mode() {
        return get("mode").isEmpty() ? ZcrxMode.AUTO : ZcrxMode.valueOf(get("mode"));
    }

    /** Whether it is a must, for zcrx. */
    static boolean isModeDemanded() {
        return mode() != ZcrxMode.AUTO;
    }

    /**
     * Of a group without queues.
     *
     * @param others whether another group has them, which then is the one that zero copy is demanded of
     */
    static ZcrxIoHandlerConfig config(boolean others) {
        return new ZcrxIoHandlerConfig().mode(others && mode() == ZcrxMode.ZERO_COPY ? ZcrxMode.AUTO : mode());
    }
}
