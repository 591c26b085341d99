package net.zcrx;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import net.zcrx.ZcrxIoHandlerConfig.InterfaceQueueName;
import net.zcrx.nic.NicException;
import net.zcrx.nic.change.FlowSteering;

/** The rules that send one listener's connections to the NIC queues of event loops, on each NIC that has some. */
final class ListenerSteering {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(ListenerSteering.class);

    private final List<FlowSteering> installed = new ArrayList<>();

    private ListenerSteering() {}

    /**
     * @param loops made the event loops of the connections; none is steered if none of these receives by zero copy
     * @throws IllegalStateException if no event loop can ever have a queue
     * @throws NicException if a NIC refuses; then nothing was changed
     */
    static ListenerSteering install(ZcrxIoHandlerFactory loops, InetSocketAddress local) throws NicException {
        loops.requireInterfaceQueues();
        Map<String, TreeSet<Integer>> queues = new TreeMap<>();
        // In order, for listeners that share rules must say the same.
        for (InterfaceQueueName queue : loops.boundQueues()) {
            queues.computeIfAbsent(queue.interfaceName(), name -> new TreeSet<>())
                    .add(queue.queue());
        }
        if (queues.isEmpty()) {
            ZcrxMetrics loop = loops.metrics().get(0);
            LOGGER.info(
                    "Port {} is not steered, as its event loops receive in mode {}{}",
                    local.getPort(),
                    loop.mode(),
                    loop.modeReason().isEmpty() ? "" : ": " + loop.modeReason());
        }
        ListenerSteering steering = new ListenerSteering();
        try {
            for (Map.Entry<String, TreeSet<Integer>> nic : queues.entrySet()) {
                steering.install(nic.getKey(), local, nic.getValue());
            }
        } catch (NicException e) {
            steering.remove();
            throw e;
        }
        return steering;
    }

    private void install(String interfaceName, InetSocketAddress local, TreeSet<Integer> queues) throws NicException {
        FlowSteering steering = FlowSteering.install(
                interfaceName,
                local,
                queues.stream().mapToInt(Integer::intValue).toArray());
        installed.add(steering);
        LOGGER.info("{} steers port {} to queues {}: {}", interfaceName, local.getPort(), queues, steering.rules());
        steering.notice().ifPresent(LOGGER::warn);
    }

    /** Removes the rules, but for those that another listener needs. */
    void remove() {
        for (FlowSteering steering : installed) {
            try {
                steering.remove();
            } catch (NicException e) {
                // The listener closes all the same. What is left goes when rules are installed next after this process.
                LOGGER.warn("The rules {} are still there: {}", steering.rules(), e.getMessage());
            }
        }
        installed.clear();
    }
}
