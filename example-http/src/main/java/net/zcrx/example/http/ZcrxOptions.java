package net.zcrx.example.http;

import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMode;
import picocli.CommandLine.Option;

/** The options that concern zcrx alone. */
final class ZcrxOptions {
    @Option(
            names = "--mode",
            description = "AUTO, ZERO_COPY, COPY or KERNEL_COPY. All but AUTO are a must. Default: AUTO.")
    private ZcrxMode mode;

    @Option(names = "--interface", description = "The network interface to bind a queue of, such as eth0.")
    private String interfaceName;

    @Option(names = "--queue", description = "Its receive queue, from 0.")
    private Integer queue;

    /** What is wrong with the options, as a sentence, or {@code null}. */
    String complaint(TransportName transport) {
        if (transport != null && transport != TransportName.ZCRX && (mode != null || interfaceName != null)) {
            return "--mode, --interface and --queue concern --transport zcrx, not " + transport + ".";
        }
        if ((interfaceName == null) != (queue == null)) {
            return "--interface and --queue must be given together.";
        }
        if (queue != null && queue < 0) {
            return "--queue must be 0 or more, not " + queue + ".";
        }
        return null;
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
        return config;
    }
}
