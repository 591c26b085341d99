// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import net.zcrx.nic.NicException;
import net.zcrx.nic.NicInspector;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.check.Refusals;

/**
 * The rules that send the connections of one port to queues, on each NIC that has some of them: all or none. Used by
 * one thread at a time.
 */
public final class PortSteering {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(PortSteering.class);

    private final List<FlowSteering> installed = new ArrayList<>();

    private PortSteering() {}

    /**
     * Installs the rules. Those for queues on lease are not ours to install: a warning says which the host needs.
     *
     * @param queues by the name of their NIC
     * @throws NicException if a NIC refuses; then nothing was changed
     */
    public static PortSteering install(SortedMap<String, SortedSet<Integer>> queues, InetSocketAddress local)
            throws NicException {
        PortSteering steering = new PortSteering();
        try {
            for (Map.Entry<String, SortedSet<Integer>> nic : queues.entrySet()) {
                steering.install(nic.getKey(), local, nic.getValue());
            }
        } catch (NicException e) {
            steering.remove();
            throw e;
        }
        return steering;
    }

    private void install(String interfaceName, InetSocketAddress local, SortedSet<Integer> queues) throws NicException {
        NicSnapshot nic = NicInspector.inspect(interfaceName);
        if (nic.isNetkit()) {
            // Whoever made the lease steers: nothing can be done here, and connections that arrive otherwise are
            // copied.
            LOGGER.info(
                    "Port {} is not steered to queues {}. {}",
                    local.getPort(),
                    queues,
                    Refusals.steeringOfHost(nic, FlowSteering.flows(local).get(0)));
            return;
        }
        FlowSteering steering = FlowSteering.install(
                interfaceName,
                local,
                queues.stream().mapToInt(Integer::intValue).toArray());
        installed.add(steering);
        LOGGER.info("{} steers port {} to queues {}: {}", interfaceName, local.getPort(), queues, steering.rules());
        steering.notice().ifPresent(LOGGER::warn);
    }

    /** Removes the rules that no other listener needs. */
    public void remove() {
        for (FlowSteering steering : installed) {
            try {
                steering.remove();
            } catch (NicException e) {
                // The listener closes anyway. Rules that are left are removed when rules are next installed after this
                // process.
                LOGGER.warn("The rules {} are still there: {}", steering.rules(), e.getMessage());
            }
        }
        installed.clear();
    }
}
