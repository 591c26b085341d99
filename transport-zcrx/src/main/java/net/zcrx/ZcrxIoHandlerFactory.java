package net.zcrx;

import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import net.zcrx.ZcrxIoHandlerConfig.InterfaceQueueName;

/** Makes a {@link ZcrxIoHandler} for each event loop of a group, and reads their counters. Safe on any thread. */
public final class ZcrxIoHandlerFactory implements IoHandlerFactory {
    private final ZcrxIoHandlerConfig config;
    private final IoHandlerFactory uring;
    private final AtomicInteger loops = new AtomicInteger();
    private final List<ZcrxIoHandler> handlers = new CopyOnWriteArrayList<>();

    ZcrxIoHandlerFactory(ZcrxIoHandlerConfig config) {
        Zcrx.ensureAvailability();
        this.config = new ZcrxIoHandlerConfig(config);
        uring = IoUringIoHandler.newFactory(
                new IoUringIoHandlerConfig().setRingSize(config.ringEntries()).setCqSize(config.completionEntries()));
    }

    /** @throws IllegalStateException if the kernel refuses what the config demands; the message says what to do */
    @Override
    public IoHandler newHandler(ThreadAwareExecutor executor) {
        ZcrxIoHandler handler = new ZcrxIoHandler(
                executor, (IoUringIoHandler) uring.newHandler(executor), config, loops.getAndIncrement(), handlers);
        handlers.add(handler);
        return handler;
    }

    /** @throws IllegalStateException if the event loops cannot have a NIC's queue; the message says what to do */
    void requireInterfaceQueues() {
        if (config.interfaceQueues().isEmpty()) {
            throw new IllegalStateException("Connections cannot be steered to event loops that have no NIC queue. Name"
                    + " queues with ZcrxIoHandlerConfig.interfaceQueue, or do not set"
                    + " ZcrxChannelOption.FLOW_STEERING.");
        }
        if (handlers.isEmpty()) {
            throw new IllegalStateException("Connections cannot be steered to event loops that do not exist yet. Give"
                    + " ZcrxChannelOption.FLOW_STEERING the factory of the group that handles the connections.");
        }
    }

    /** The NIC queues that the loops receive from. */
    List<InterfaceQueueName> boundQueues() {
        return handlers.stream()
                .map(ZcrxIoHandler::boundQueue)
                .flatMap(Optional::stream)
                .collect(Collectors.toList());
    }

    /** The counters of each loop, in the order that the loops were made in; those of loops that have ended stay. */
    public List<ZcrxMetrics> metrics() {
        return handlers.stream().map(ZcrxIoHandler::metrics).collect(Collectors.toList());
    }
}
