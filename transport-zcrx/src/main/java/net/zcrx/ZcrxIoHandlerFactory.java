package net.zcrx;

import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import net.zcrx.ZcrxIoHandlerConfig.InterfaceQueueName;

/** Makes a {@link ZcrxIoHandler} for each event loop of a group, and reads their counters. Safe on any thread. */
public final class ZcrxIoHandlerFactory implements IoHandlerFactory {
    private final ZcrxIoHandlerConfig config;
    private final IoHandlerFactory uring;
    private final GroupQueues queues = new GroupQueues();
    private final List<ZcrxIoHandler> handlers = new CopyOnWriteArrayList<>();

    ZcrxIoHandlerFactory(ZcrxIoHandlerConfig config) {
        Zcrx.ensureAvailability();
        this.config = new ZcrxIoHandlerConfig(config);
        uring = IoUringIoHandler.newFactory(
                new IoUringIoHandlerConfig().setRingSize(config.ringEntries()).setCqSize(config.completionEntries()));
    }

    /** @throws IllegalStateException if the kernel refuses what the config demands; the message says what to do */
    @Override
    public synchronized IoHandler newHandler(ThreadAwareExecutor executor) {
        // One at a time: a loop that shares a queue needs that the one that binds it has done so.
        LoopThread thread = new LoopThread(executor);
        ZcrxIoHandler handler =
                new ZcrxIoHandler((IoUringIoHandler) uring.newHandler(thread), thread, config, handlers.size(), queues);
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
        return queues.names();
    }

    /** How many queues are configured. */
    int queueCount() {
        return config.interfaceQueueCount();
    }

    /** The counters of each loop, in the order that the loops were made in; those of loops that have ended stay. */
    public List<ZcrxMetrics> metrics() {
        return handlers.stream().map(ZcrxIoHandler::metrics).collect(Collectors.toList());
    }
}
