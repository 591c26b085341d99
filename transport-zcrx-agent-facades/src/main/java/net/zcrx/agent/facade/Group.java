// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.facade;

import io.netty.channel.IoHandler;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxMetrics;

/** The loops that the application made by one factory. Safe on any thread. */
public final class Group {
    private static final AtomicBoolean TOLD = new AtomicBoolean();
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final int number = NUMBERS.incrementAndGet();
    /** Empty before there is a loop, whose thread may tell whether they get the NIC queues; the last one is in use. */
    private final List<ZcrxIoHandlerFactory> factories = new ArrayList<>();

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
        if (factories.isEmpty()) {
            factories.add(ZcrxIoHandler.newFactory(config(queues)));
        }
        IoHandler handler = make(executor);
        if (loops == 0) {
            Meters.bind(last(), number);
        }
        loops++;
        return handler;
    }

    private static ZcrxIoHandlerConfig config(boolean queues) {
        if (!queues) {
            return Settings.config(!Settings.queuesFor().isEmpty());
        }
        try {
            ZcrxIoHandlerConfig config = Settings.config(false).interfaceQueues(Settings.interfaceQueues());
            Console.info("The event loops of the group of thread "
                    + Thread.currentThread().getName() + " get the NIC queues.");
            return config;
        } catch (IllegalArgumentException e) {
            Console.warn("The agent's interfaceQueues are left out: " + e.getMessage());
            return Settings.config(true);
        }
    }

    private IoHandler make(ThreadAwareExecutor executor) {
        try {
            return last().newHandler(executor);
        } catch (IllegalStateException e) {
            if (!Settings.isModeDemanded() || factories.size() > 1) {
                throw e;
            }
            // The mode is a must for zcrx, but the application was not asked for it.
            if (TOLD.compareAndSet(false, true)) {
                Console.warn("The mode that the agent was given does not work here, and event loops take the best that"
                        + " does: " + e.getMessage());
            }
            factories.add(ZcrxIoHandler.newFactory());
            return last().newHandler(executor);
        }
    }

    private ZcrxIoHandlerFactory last() {
        return factories.get(factories.size() - 1);
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
        return factories.stream().flatMap(factory -> factory.metrics().stream()).toList();
    }
}
