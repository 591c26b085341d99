package net.zcrx.example.http;

import java.util.List;
import java.util.Set;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;
import picocli.CommandLine.Option;

/** The options that concern zcrx alone. */
final class ZcrxOptions {
    private static final int MAX_QUEUE = 65535;

    @Option(
            names = "--mode",
            description = "AUTO, ZERO_COPY, COPY or KERNEL_COPY. All but AUTO are a must. Default: AUTO.")
    private ZcrxMode mode;

    @Option(names = "--interface", description = "The network interface to bind a queue of, such as eth0.")
    private String interfaceName;

    @Option(
            names = "--queue",
            split = ",",
            description = "Its receive queue, from 0; several with commas, an event loop for each.")
    private List<Integer> queues = List.of();

    /** What is wrong with the options, as a sentence, or {@code null}. */
    String complaint(TransportName transport) {
        if (transport != null
                && transport != TransportName.ZCRX
                && (mode != null || interfaceName != null || !queues.isEmpty())) {
            return "--mode, --interface and --queue concern --transport zcrx, not " + transport + ".";
        }
        if ((interfaceName == null) != queues.isEmpty()) {
            return "--interface and --queue must be given together.";
        }
        for (int queue : queues) {
            if (queue < 0 || queue > MAX_QUEUE) {
                return "--queue must be from 0 to " + MAX_QUEUE + ", not " + queue + ".";
            }
        }
        if (Set.copyOf(queues).size() < queues.size()) {
            return "--queue names a queue twice; an event loop needs one of its own.";
        }
        return null;
    }

    /** Queues to bind; each belongs to one event loop. */
    int queueCount() {
        return queues.size();
    }

    /** Whether the server must not start without zcrx in the mode asked for. */
    boolean isMust() {
        return mode != null && mode != ZcrxMode.AUTO;
    }

    ZcrxIoHandlerConfig config() {
        ZcrxIoHandlerConfig config = new ZcrxIoHandlerConfig();
        if (mode != null) {
            config.mode(mode);
        }
        queues.forEach(queue -> config.interfaceQueue(interfaceName, queue));
        return config;
    }
}
