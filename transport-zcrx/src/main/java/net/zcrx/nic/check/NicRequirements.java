// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.zcrx.nic.HeaderSplit;
import net.zcrx.nic.NicQueue;
import net.zcrx.nic.NicRule;
import net.zcrx.nic.NicSetting;
import net.zcrx.nic.NicSnapshot;
import net.zcrx.nic.QueueLease;

/** The requirements of zero-copy receive on a NIC and on one of its queues. */
public final class NicRequirements {
    private final NicSnapshot nic;
    private final String name;
    private final int queue;

    /** @param queue a number that need not exist */
    public NicRequirements(NicSnapshot nic, int queue) {
        this.nic = nic;
        this.name = nic.interfaceName();
        this.queue = queue;
    }

    /** The most suitable queue: free, left alone by RSS, and the last of those; the only one if there is one. */
    static int bestQueue(NicSnapshot nic) {
        if (nic.isNetkit()) {
            return NetkitRequirements.bestQueue(nic);
        }
        int last = Math.max(nic.receiveQueues().orElse(1) - 1, 0);
        int bestFree = -1;
        for (int queue = last; queue >= 0; queue--) {
            boolean free = nic.queue(queue).map(NicQueue::isFree).orElse(true);
            if (free && !nic.hashReaches(queue)) {
                return queue;
            }
            if (free && bestFree < 0) {
                bestFree = queue;
            }
        }
        return Math.max(bestFree, 0);
    }

    List<Requirement> list() {
        if (nic.isNetkit()) {
            return new NetkitRequirements(nic, queue).list();
        }
        List<Requirement> all = new ArrayList<>();
        all.add(up().advised());
        all.add(headerSplit());
        if (nic.split() != HeaderSplit.UNSUPPORTED) {
            all.add(threshold());
        }
        all.add(queueExists());
        if (!queueExists().prevents()) {
            all.add(queueFree(nic, queue));
            all.add(hashing().advised());
        }
        all.add(rules().advised());
        return all;
    }

    private Requirement up() {
        String subject = "interface";
        if (nic.queues().isEmpty()) {
            return Requirement.missing(subject, name + " (" + driver() + ") is down.", "ip link set " + name + " up");
        }
        String numa =
                nic.numaNode().isPresent() ? ", NUMA node " + nic.numaNode().getAsInt() : "";
        String cpus = nic.queue(queue)
                .flatMap(NicQueue::cpus)
                .map(list -> ", interrupts of queue " + queue + " on processors " + list)
                .orElse("");
        return Requirement.ok(subject, name + " (" + driver() + ") is up" + numa + cpus + ".");
    }

    private Requirement headerSplit() {
        String subject = "header split";
        return switch (nic.split()) {
            case ON -> Requirement.ok(subject, "Payload goes to buffers of its own (tcp-data-split).");
            case UNSUPPORTED -> Requirement.missing(subject, nic.noHeaderSplit(), "");
            case OFF, AUTO ->
                Requirement.missing(
                        subject,
                        "Header split of " + name + " is "
                                + (nic.split() == HeaderSplit.OFF ? "off" : "left to its driver")
                                + ", but zero copy needs payload in buffers of its own.",
                        command(NicSetting.SPLIT, HeaderSplit.ON.name()));
        };
    }

    private Requirement threshold() {
        String subject = "split threshold";
        int bytes = nic.splitThreshold().orElse(0);
        return bytes == 0
                ? Requirement.ok(subject, "Even the smallest payload is split off (hds-thresh).")
                : Requirement.missing(
                        subject,
                        name + " splits off only payloads of more than " + bytes + " bytes (hds-thresh), but zero copy"
                                + " needs a threshold of 0. Where ethtool does not know it, zcrx doctor --fix does.",
                        command(NicSetting.THRESHOLD, "0"));
    }

    Requirement queueExists() {
        if (nic.isNetkit()) {
            return new NetkitRequirements(nic, queue).queueExists();
        }
        String subject = "queue";
        int count = nic.receiveQueues().orElse(0);
        if (queue >= 0 && queue < count) {
            return Requirement.ok(subject, name + " has receive queue " + queue + " (of " + count + ").");
        }
        return Requirement.missing(
                subject,
                name + " has no receive queue " + queue + ": there are " + count + ", and they count from 0.",
                queue < 0 ? "" : "ethtool -L " + name + " combined " + (queue + 1));
    }

    static Requirement queueFree(NicSnapshot nic, int queue) {
        String name = nic.interfaceName();
        String subject = "free queue";
        if (nic.queue(queue).isEmpty()) {
            return Requirement.unknown(
                    subject, "Whether queue " + queue + " is in use cannot be told while " + name + " is down.");
        }
        Optional<QueueLease> lease = nic.queue(queue).get().lease();
        if (lease.isPresent()) {
            return Requirement.missing(
                    subject,
                    "Queue " + queue + " of " + name + " is leased to a container (" + lease.get() + "). Take another"
                            + " one, or end the lease with: ./zcrx lease " + name + ":" + queue + " --undo",
                    "");
        }
        Optional<String> owner = nic.queue(queue).get().owner();
        return owner.isEmpty()
                ? Requirement.ok(subject, "No process has bound queue " + queue + ".")
                : Requirement.missing(
                        subject,
                        "Queue " + queue + " of " + name + " is in use (" + owner.get() + "). Take another one, or find"
                                + " its owner, which may also be a process that ended a moment ago.",
                        "ss -tlnp");
    }

    private Requirement hashing() {
        String subject = "RSS";
        if (!nic.hashReaches(queue)) {
            return Requirement.ok(subject, "Only packets that rules send to queue " + queue + " arrive on it.");
        }
        int count = nic.receiveQueues().orElse(1);
        if (count < 2 || nic.hashTable().isEmpty()) {
            return Requirement.missing(
                    subject,
                    "RSS of " + name + " cannot leave queue " + queue
                            + " alone, so data of other sockets arrives on it, too,"
                            + " and only sockets of this transport can read it.",
                    count < 2 ? "ethtool -L " + name + " combined 2" : "");
        }
        return Requirement.missing(
                subject,
                "RSS of " + name + " sends any connection to queue " + queue + ", but only sockets of this transport"
                        + " can read packets that arrive on a bound queue.",
                "ethtool -X " + name + " weight "
                        + IntStream.range(0, count)
                                .mapToObj(other -> other == queue || !nic.hashReaches(other) ? "0" : "1")
                                .collect(Collectors.joining(" ")));
    }

    private Requirement rules() {
        String subject = "rules";
        if (nic.rules().isEmpty()) {
            return Requirement.missing(
                    subject,
                    "The driver (" + driver() + ") of " + name
                            + " has no table of rules, so no port can be steered to a queue.",
                    "");
        }
        if (!nic.ntuple()) {
            return Requirement.missing(
                    subject,
                    "Rules are switched off on " + name + ", so no port can be steered to a queue.",
                    command(NicSetting.NTUPLE, "true"));
        }
        List<NicRule> onto = nic.rulesOnto(queue);
        return onto.isEmpty()
                ? Requirement.missing(
                        subject,
                        "No rule of " + name + " sends anything to queue " + queue
                                + ". Let the server channel do it (ZcrxChannelOption.FLOW_STEERING), or add one for"
                                + " your port.",
                        "ethtool -N " + name + " flow-type tcp4 dst-port PORT action " + queue)
                : Requirement.ok(
                        subject,
                        "Rules send to queue " + queue + ": "
                                + onto.stream().map(NicRule::toString).collect(Collectors.joining(", ")) + ".");
    }

    private String command(NicSetting setting, String value) {
        return setting.command(name, value);
    }

    private String driver() {
        return nic.driver().orElse("none");
    }
}
