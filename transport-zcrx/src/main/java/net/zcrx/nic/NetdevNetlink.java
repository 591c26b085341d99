// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import net.zcrx.uring.Errno;

/**
 * The receive queues of NICs, as the kernel's netdev netlink family reports them (Linux 6.8). Numbers are those of the
 * kernel's {@code include/uapi/linux/netdev.h}; its {@code Documentation/netlink/specs/netdev.yaml} explains them.
 */
final class NetdevNetlink {
    private static final int QUEUE_GET = 10;
    private static final int NAPI_GET = 11;

    static final int QUEUE_ID = 1;
    static final int QUEUE_IFINDEX = 2;
    static final int QUEUE_TYPE = 3;
    private static final int QUEUE_NAPI_ID = 4;
    private static final int QUEUE_DMABUF = 5;
    private static final int QUEUE_IO_URING = 6;
    private static final int QUEUE_XSK = 7;
    static final int QUEUE_LEASE = 8;
    static final int TYPE_RX = 0;

    static final int LEASE_IFINDEX = 1;
    static final int LEASE_QUEUE = 2;
    private static final int LEASE_NETNS_ID = 3;

    private static final int NAPI_IFINDEX = 1;
    private static final int NAPI_ID = 2;
    private static final int NAPI_IRQ = 3;

    private NetdevNetlink() {}

    /** The receive queues of an interface, by number; none while it is down or if the kernel is older than 6.8. */
    static List<NicQueue> queues(GenericNetlink netlink, int interfaceIndex) throws NicException {
        OptionalInt family = family(netlink);
        if (family.isEmpty()) {
            return List.of();
        }
        Map<Integer, Integer> irqs = irqsByNapi(netlink, family.getAsInt(), interfaceIndex);
        Map<Integer, NicQueue> queues = new TreeMap<>();
        for (NetlinkAttributes answer : receiveQueues(netlink, family.getAsInt(), interfaceIndex)) {
            NicQueue queue = queue(answer, irqs);
            queues.put(queue.id(), queue);
        }
        return List.copyOf(new ArrayList<>(queues.values()));
    }

    /**
     * The receive queue of each NAPI id of an interface; none while it is down or if the kernel is older than 6.8.
     * Nothing else is asked.
     *
     * @return empty if the interface is up and its queues have no ids
     */
    static Optional<Map<Integer, Integer>> queuesByNapi(GenericNetlink netlink, int interfaceIndex)
            throws NicException {
        OptionalInt family = family(netlink);
        return family.isEmpty()
                ? Optional.of(Map.of())
                : queuesByNapi(receiveQueues(netlink, family.getAsInt(), interfaceIndex));
    }

    static Optional<Map<Integer, Integer>> queuesByNapi(List<NetlinkAttributes> answers) {
        Map<Integer, Integer> queues = new TreeMap<>();
        for (NetlinkAttributes answer : answers) {
            OptionalInt napi = answer.number(QUEUE_NAPI_ID);
            if (napi.isPresent()) {
                queues.put(napi.getAsInt(), answer.number(QUEUE_ID).orElse(-1));
            }
        }
        return queues.isEmpty() && !answers.isEmpty() ? Optional.empty() : Optional.of(queues);
    }

    private static OptionalInt family(GenericNetlink netlink) throws NicException {
        try {
            return OptionalInt.of(netlink.family("netdev"));
        } catch (NicException e) {
            if (e.errno() == Errno.ENOENT) {
                return OptionalInt.empty();
            }
            throw e;
        }
    }

    private static List<NetlinkAttributes> receiveQueues(GenericNetlink netlink, int family, int interfaceIndex)
            throws NicException {
        return netlink.dump(family, QUEUE_GET, out -> out.u32(QUEUE_IFINDEX, interfaceIndex)).stream()
                .filter(answer -> answer.number(QUEUE_TYPE).orElse(-1) == TYPE_RX)
                .toList();
    }

    static NicQueue queue(NetlinkAttributes answer, Map<Integer, Integer> irqs) {
        OptionalInt napi = answer.number(QUEUE_NAPI_ID);
        OptionalInt irq = napi.isPresent() && irqs.containsKey(napi.getAsInt())
                ? OptionalInt.of(irqs.get(napi.getAsInt()))
                : OptionalInt.empty();
        return new NicQueue(
                answer.number(QUEUE_ID).orElse(-1),
                napi,
                irq,
                irq.isPresent() ? processors(irq.getAsInt()) : Optional.empty(),
                owner(answer),
                lease(answer));
    }

    private static Optional<QueueLease> lease(NetlinkAttributes queue) {
        if (!queue.has(QUEUE_LEASE)) {
            return Optional.empty();
        }
        NetlinkAttributes lease = queue.nested(QUEUE_LEASE);
        return Optional.of(new QueueLease(
                lease.number(LEASE_IFINDEX).orElse(-1),
                lease.nested(LEASE_QUEUE).number(QUEUE_ID).orElse(-1),
                lease.number(LEASE_NETNS_ID)));
    }

    private static Optional<String> owner(NetlinkAttributes queue) {
        if (queue.has(QUEUE_IO_URING)) {
            return Optional.of("io_uring");
        }
        if (queue.has(QUEUE_DMABUF)) {
            return Optional.of("dmabuf");
        }
        return queue.has(QUEUE_XSK) ? Optional.of("AF_XDP") : Optional.empty();
    }

    private static Map<Integer, Integer> irqsByNapi(GenericNetlink netlink, int family, int interfaceIndex)
            throws NicException {
        Map<Integer, Integer> irqs = new TreeMap<>();
        for (NetlinkAttributes napi : netlink.dump(family, NAPI_GET, out -> out.u32(NAPI_IFINDEX, interfaceIndex))) {
            OptionalInt irq = napi.number(NAPI_IRQ);
            if (irq.isPresent()) {
                irqs.put(napi.number(NAPI_ID).orElse(0), irq.getAsInt());
            }
        }
        return irqs;
    }

    private static Optional<String> processors(int irq) {
        try {
            return Optional.of(Files.readString(Path.of("/proc/irq/" + irq + "/effective_affinity_list"))
                    .trim());
        } catch (IOException e) {
            // The kernel does not show it to every user, nor in every container.
            return Optional.empty();
        }
    }
}
