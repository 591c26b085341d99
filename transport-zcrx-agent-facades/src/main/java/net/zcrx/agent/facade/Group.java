// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.facade;

import io.netty.channel.IoHandler;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.List;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMetrics;

/** The loops that the application made by one factory. Safe on any thread. */
public final class Group {
    /** {@code null} before there is a loop: its thread may tell whether they get the NIC queues. */
    private ZcrxIoHandlerFactory factory;

    private int loops;

    /** Returns a group that {@link Report} knows. */
    public static Group add() {
        Group group = new Group();
        Report.add(group);
        return group;
    }

    private Group() {}

    /** Makes the handler of a loop: now or, if the name of its thread matters, when that has begun. */
    public IoHandler newHandler(ThreadAwareExecutor executor) {
        return Settings.queuesFor().isEmpty()
                ? make(executor, false)
                : new LateHandler(() -> make(executor, mayQueue()));
    }

    private static boolean mayQueue() {
        return Thread.currentThread().getName().contains(Settings.queuesFor());
    }

    /** @param queues whether the group gets the NIC queues; what its first loop was made with holds for all */
    private synchronized IoHandler make(ThreadAwareExecutor executor, boolean queues) {
        if (factory == null) {
            factory = ZcrxIoHandler.newFactory(Settings.config(queues));
            if (queues) {
                Console.info("The event loops of the group of thread "
                        + Thread.currentThread().getName() + " get the NIC queues.");
            }
        }
        IoHandler handler;
        try {
            handler = factory.newHandler(executor);
        } catch (IllegalStateException e) {
            // The mode is a must for zcrx, but the application was not asked for it.
            Console.warn(
                    "The mode that the agent was given does not work here, and event loops take the best that does: "
                            + e.getMessage());
            factory = ZcrxIoHandler.newFactory(new ZcrxIoHandlerConfig());
            handler = factory.newHandler(executor);
        }
        loops++;
        return handler;
    }

    /** Whether all its loops have ended and nothing of them changes any more. */
    synchronized boolean isOver() {
        List<ZcrxMetrics> metrics = metrics();
        return loops > 0 && metrics.stream().allMatch(loop -> loop.ended() && loop.heldBuffers() == 0);
    }

    synchronized Totals addTo(Totals totals) {
        return totals.plus(loops, metrics());
    }

    private List<ZcrxMetrics> metrics() {
        return factory == null ? List.of() : factory.metrics();
    }
}
