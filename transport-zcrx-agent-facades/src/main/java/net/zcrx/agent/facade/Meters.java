// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.facade;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.AtomicBoolean;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.micrometer.ZcrxMeters;

/** The metrics of groups in Micrometer's global registry, if the agent's options ask for them. Any thread. */
final class Meters {
    private static final AtomicBoolean TOLD = new AtomicBoolean();

    private Meters() {}

    /** Linked where there is a Micrometer alone. */
    private static final class Registry {
        static void bind(ZcrxIoHandlerFactory factory, int group) {
            new ZcrxMeters(factory, Tags.of("group", String.valueOf(group))).bindTo(Metrics.globalRegistry);
        }
    }

    /** @param group its number, by which the registry tells it from others */
    static void bind(ZcrxIoHandlerFactory factory, int group) {
        if (!Settings.hasMeters()) {
            return;
        }
        try {
            Registry.bind(factory, group);
        } catch (RuntimeException | LinkageError e) {
            if (TOLD.compareAndSet(false, true)) {
                Console.warn("The agent's option meters has no effect. It needs Micrometer where Netty is: " + e);
            }
        }
    }
}
