// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.facade;

import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;

/**
 * The settings of the agent, which has checked them, and hands them on by system properties, because its classes are
 * not visible here.
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

    /** Whether the mode is mandatory for zcrx. */
    static boolean isModeDemanded() {
        return mode() != ZcrxMode.AUTO;
    }

    /**
     * Returns the config of a group without queues.
     *
     * @param others whether another group has them, for which alone zero copy is demanded then
     */
    static ZcrxIoHandlerConfig config(boolean others) {
        return new ZcrxIoHandlerConfig().mode(others && mode() == ZcrxMode.ZERO_COPY ? ZcrxMode.AUTO : mode());
    }
}
