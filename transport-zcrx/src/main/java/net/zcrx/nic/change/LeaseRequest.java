// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.change;

import java.net.InetAddress;
import java.util.List;

/**
 * The request for a lease of {@link QueueLeases}.
 *
 * @param interfaceName of the NIC
 * @param queues of the NIC, each once, one or more
 * @param target who gets them: a network namespace of {@code ip netns}, a path of one, the number of a process in it,
 *     or a container of docker, podman or crictl
 * @param address that the target gets for it; packets to it must come to this host
 * @param ports of TCP that are steered to the queues, one or more
 */
public record LeaseRequest(
        String interfaceName, List<Integer> queues, String target, InetAddress address, List<Integer> ports) {
    public LeaseRequest {
        queues = List.copyOf(queues);
        ports = List.copyOf(ports);
        if (queues.isEmpty() || queues.stream().distinct().count() < queues.size()) {
            throw new IllegalArgumentException("Name each queue once, and one at least, not " + queues + ".");
        }
        if (ports.isEmpty() || ports.stream().anyMatch(port -> port < 1 || port > 65535)) {
            throw new IllegalArgumentException("Name a port from 1 to 65535, or several, not " + ports + ".");
        }
    }
}
