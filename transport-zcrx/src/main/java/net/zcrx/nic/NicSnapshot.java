// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The state of a NIC when {@link NicInspector} read it.
 *
 * @param interfaceName its name
 * @param interfaceIndex its number in this network namespace
 * @param driver the driver's name
 * @param receiveQueues how many receive queues are in use; empty if neither driver nor kernel says
 * @param split whether headers and payload go to different buffers
 * @param splitThreshold payloads of up to this many bytes are not split; empty if the driver has no such setting
 * @param ringEntries receive buffers per queue
 * @param ntuple whether the driver takes rules now
 * @param rules the table of rules; empty if the NIC has none
 * @param hashTable the queue of each hash value modulo this table's length; empty if the NIC does not spread by hash
 * @param queues the receive queues one by one; none while the interface is down or if the kernel is older than 6.8
 * @param numaNode the NUMA node that it is attached to
 */
public record NicSnapshot(
        String interfaceName,
        int interfaceIndex,
        Optional<String> driver,
        OptionalInt receiveQueues,
        HeaderSplit split,
        OptionalInt splitThreshold,
        OptionalInt ringEntries,
        boolean ntuple,
        Optional<List<NicRule>> rules,
        List<Integer> hashTable,
        List<NicQueue> queues,
        OptionalInt numaNode) {
    static final String NETKIT = "netkit";
    /**
     * The longest ring that is likely: a container does not see the ring of a queue on lease, and hardly a driver has
     * longer ones.
     */
    private static final int LONGEST_RING = 8192;

    private static final int USUAL_RING = 256;
    /**
     * Buffers that the page pool of a queue keeps ready beside those in the NIC's ring ({@code PP_ALLOC_CACHE_SIZE} of
     * {@code include/net/page_pool/types.h}). An area of no more than both leaves the kernel none to copy into, and
     * data that must be copied would wait without end.
     */
    public static final int POOL_CACHE = 128;

    /** The queue with this number, if the kernel lists queues. */
    public Optional<NicQueue> queue(int id) {
        return queues.stream().filter(queue -> queue.id() == id).findFirst();
    }

    /** Whether packets that no rule takes may arrive on this queue. */
    public boolean hashReaches(int queue) {
        // Without a table a NIC of several queues spreads in its own way.
        return hashTable.isEmpty() || hashTable.contains(queue);
    }

    /** The rules that send packets straight to this queue. */
    public List<NicRule> rulesOnto(int queue) {
        return rules.orElse(List.of()).stream()
                .filter(rule -> rule.context() == 0 && rule.queue() == queue)
                .toList();
    }

    /**
     * Whether this is no NIC but the interface of a container, whose queues from 1 on are on lease from a NIC of the
     * host. Only queue 0 belongs to it alone. Header split, RSS and rules belong to the NIC and cannot be seen here.
     */
    public boolean isNetkit() {
        return driver.orElse("").equals(NETKIT);
    }

    /** How many receive buffers a queue may have: the usual number where the NIC does not tell, or cannot be seen. */
    public int ringEntriesAtMost() {
        return ringEntries.orElse(isNetkit() ? LONGEST_RING : USUAL_RING);
    }

    /**
     * The least size in bytes of an area that a queue can be bound with and that leaves a buffer for arriving data.
     *
     * @param bufferBytes of a receive buffer
     */
    public long areaBytesAtLeast(int bufferBytes) {
        return (ringEntriesAtMost() + POOL_CACHE + 1L) * bufferBytes;
    }

    /** The queues that it has on lease; none if this is a NIC. */
    public List<Integer> leasedQueues() {
        return isNetkit()
                ? queues.stream().map(NicQueue::id).filter(id -> id > 0).toList()
                : List.of();
    }

    /** The sentence for a driver that cannot split headers off. */
    public String noHeaderSplit() {
        if (isNetkit()) {
            return interfaceName
                    + " is a netkit. Header split, rules and RSS are those of the NIC whose queues it has on"
                    + " lease, and are set where that is: "
                    + "zcrx lease does it there, and so does zcrx doctor NIC --queue N --fix.";
        }
        return "The driver (" + driver.orElse("none") + ") of " + interfaceName
                + " cannot put payload into buffers of its own (tcp-data-split), or this kernel does not let it. Use a"
                + " NIC whose driver can, such as bnxt_en, mlx5_core, gve or fbnic.";
    }
}
