// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.util.List;
import net.zcrx.uring.Errno;

/** Leases of NIC queues to netkit interfaces, by the kernel's netdev netlink family (Linux 7.1). */
public final class LeaseNetlink {
    private static final int QUEUE_CREATE = 16;

    private LeaseNetlink() {}

    /** Whether this kernel has leases. */
    public static boolean isSupported(GenericNetlink netlink) throws NicException {
        try {
            return netlink.commands("netdev").contains(QUEUE_CREATE);
        } catch (NicException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Leases a queue. The lease ends with the netkit.
     *
     * @param netkit the index of the interface that gets it, in this network namespace; the peer of a pair
     * @param nic the index of the NIC, in this network namespace, too
     * @return the number that the queue has on the netkit
     */
    public static int lease(GenericNetlink netlink, int netkit, int nic, int queue) throws NicException {
        List<NetlinkAttributes> answers = netlink.request(netlink.family("netdev"), QUEUE_CREATE, out -> {
            out.u32(NetdevNetlink.QUEUE_IFINDEX, netkit).u32(NetdevNetlink.QUEUE_TYPE, NetdevNetlink.TYPE_RX);
            int lease = out.begin(NetdevNetlink.QUEUE_LEASE);
            out.u32(NetdevNetlink.LEASE_IFINDEX, nic);
            int leased = out.begin(NetdevNetlink.LEASE_QUEUE);
            out.u32(NetdevNetlink.QUEUE_ID, queue).u32(NetdevNetlink.QUEUE_TYPE, NetdevNetlink.TYPE_RX);
            out.end(leased).end(lease);
        });
        return answers.isEmpty()
                ? -1
                : answers.get(0).number(NetdevNetlink.QUEUE_ID).orElse(-1);
    }

    /** The same as a command of ynl, the kernel's own tool for such calls ({@code tools/net/ynl}). */
    public static String command(String netkit, int nic, int queue) {
        return "ynl --family netdev --do queue-create --json '{\"ifindex\": INDEX OF " + netkit
                + ", \"type\": \"rx\", \"lease\": {\"ifindex\": " + nic + ", \"queue\": {\"id\": " + queue
                + ", \"type\": \"rx\"}}}'";
    }
}
