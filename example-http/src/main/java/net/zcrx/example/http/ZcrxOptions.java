// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import java.util.List;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;
import picocli.CommandLine.Option;

/** The options that concern zcrx alone. */
final class ZcrxOptions {
    private static final String LEASED = "leased";

    @Option(
            names = "--mode",
            description = "AUTO, ZERO_COPY, COPY or KERNEL_COPY. All but AUTO are a must. Default: AUTO.")
    private ZcrxMode mode;

    @Option(names = "--interface", description = "The network interface to bind a queue of, such as eth0.")
    private String interfaceName;

    @Option(
            names = "--queue",
            split = ",",
            description = "Its receive queues, as 4, 4-7 or 4,6: an event loop for each, or more that share them. In a"
                    + " container: leased, without --interface, for all that it has on lease.")
    private List<String> queues = List.of();

    /** Returns a sentence that says what is wrong with the options, or {@code null}. */
    String complaint(TransportName transport) {
        if (transport != null
                && transport != TransportName.ZCRX
                && (mode != null || interfaceName != null || !queues.isEmpty())) {
            return "--mode, --interface and --queue concern --transport zcrx, not " + transport + ".";
        }
        boolean isInterfaceNeeded = queues.stream().anyMatch(range -> !range.equals(LEASED));
        if ((interfaceName != null) != isInterfaceNeeded) {
            return "--interface and --queue must be given together, but for --queue leased, which is of any interface.";
        }
        try {
            config();
        } catch (IllegalArgumentException e) {
            return "--queue: " + e.getMessage();
        }
        return null;
    }

    /** Queues to bind; each needs an event loop. */
    int queueCount() {
        return config().interfaceQueueCount();
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
        queues.forEach(range -> config.interfaceQueues(range.equals(LEASED) ? LEASED : interfaceName + ':' + range));
        return config;
    }
}
