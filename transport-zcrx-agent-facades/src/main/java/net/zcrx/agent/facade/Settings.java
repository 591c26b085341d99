// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.facade;

import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;

/** What the agent was told; it has checked it, and hands it on by system properties, for no class of it is seen here. */
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

    /** @param queues whether the loops get the NIC queues */
    static ZcrxIoHandlerConfig config(boolean queues) {
        ZcrxIoHandlerConfig config = new ZcrxIoHandlerConfig();
        if (!get("mode").isEmpty()) {
            config.mode(ZcrxMode.valueOf(get("mode")));
        }
        if (queues) {
            config.interfaceQueues(get("interfaceQueues"));
        }
        return config;
    }
}
