// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.check;

import java.util.ArrayList;
import java.util.List;
import net.zcrx.nic.NicQueue;
import net.zcrx.nic.NicSnapshot;

/**
 * The requirements of zero-copy receive on a queue that a container has on lease. Most of them concern the NIC and
 * cannot be seen here, so only binding the queue tells.
 */
final class NetkitRequirements {
    private final NicSnapshot netkit;
    private final String name;
    private final int queue;

    /** @param queue a number that need not exist */
    NetkitRequirements(NicSnapshot netkit, int queue) {
        this.netkit = netkit;
        this.name = netkit.interfaceName();
        this.queue = queue;
    }

    /** The last that is free, else the last; 0, which is netkit's own, if none is on lease. */
    static int bestQueue(NicSnapshot netkit) {
        int best = 0;
        boolean isFree = false;
        for (int leased : netkit.leasedQueues()) {
            boolean free = netkit.queue(leased).filter(NicQueue::isFree).isPresent();
            if (free || !isFree) {
                best = leased;
                isFree = free;
            }
        }
        return best;
    }

    List<Requirement> list() {
        List<Requirement> all = new ArrayList<>();
        if (netkit.queues().isEmpty()) {
            all.add(Requirement.missing("interface", name + " (netkit) is down.", "ip link set " + name + " up"));
            return all;
        }
        all.add(Requirement.ok("interface", name + " (netkit) is up.").advised());
        all.add(queueExists());
        if (all.stream().anyMatch(Requirement::prevents)) {
            return all;
        }
        all.add(NicRequirements.queueFree(netkit, queue));
        all.add(ofNic("header split", "splits headers off", "ethtool -G NIC tcp-data-split on hds-thresh 0"));
        all.add(ofNic("RSS", "leaves the queue alone", "ethtool -X NIC weight ..., with 0 for the queue"));
        all.add(ofNic(
                "rules",
                "sends your port to the queue",
                "ethtool -N NIC flow-type tcp4 dst-ip ADDRESS dst-port PORT action QUEUE"));
        return all;
    }

    private static Requirement ofNic(String subject, String does, String command) {
        return Requirement.unknown(
                        subject,
                        "Whether the NIC that this queue belongs to " + does + " cannot be seen from here. On its host"
                                + " zcrx lease does it, or: " + command)
                .advised();
    }

    Requirement queueExists() {
        String subject = "queue";
        List<Integer> leased = netkit.leasedQueues();
        if (leased.contains(queue)) {
            return Requirement.ok(subject, name + " has queue " + queue + " on lease from a NIC.");
        }
        String missing = queue == 0
                ? "Queue 0 of " + name + " is its own and not on lease from a NIC"
                : name + " has no queue " + queue + " on lease from a NIC";
        return Requirement.missing(
                subject,
                missing
                        + (leased.isEmpty()
                                ? ", and none other. Lease it one where the NIC is: ./zcrx lease NIC:QUEUE --to"
                                        + " CONTAINER"
                                        + " ..."
                                : "; on lease are " + leased + ". Take one of those, or \"leased\" for all of them."),
                "");
    }
}
