// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Snapshots of a NIC as an inspector would have taken them. */
public final class TestNic {
    private TestNic() {}

    /** A NIC that is ready for zero copy but for its table of RSS. */
    public static NicSnapshot with(int queues, List<Integer> hashTable) {
        return with(queues, hashTable, HeaderSplit.ON, 0, -1);
    }

    /** @param bound a queue that is in use, or -1 */
    public static NicSnapshot with(int queues, List<Integer> hashTable, HeaderSplit split, int threshold, int bound) {
        List<NicQueue> each = new ArrayList<>();
        for (int i = 0; i < queues; i++) {
            Optional<String> owner = i == bound ? Optional.of("io_uring") : Optional.empty();
            each.add(new NicQueue(
                    i, OptionalInt.of(8192 + i), OptionalInt.empty(), Optional.empty(), owner, Optional.empty()));
        }
        return new NicSnapshot(
                "zcnic0",
                2,
                Optional.of("zcnic"),
                OptionalInt.of(queues),
                split,
                OptionalInt.of(threshold),
                OptionalInt.of(256),
                true,
                Optional.of(List.of()),
                hashTable,
                each,
                OptionalInt.empty());
    }

    /**
     * A container's interface as it looks there: nothing of the NIC can be seen.
     *
     * @param leases how many queues it has on lease, from queue 1 on
     * @param bound a queue that is in use, or -1
     */
    public static NicSnapshot netkit(int leases, int bound) {
        List<NicQueue> each = new ArrayList<>();
        for (int i = 0; i <= leases; i++) {
            Optional<String> owner = i == bound ? Optional.of("io_uring") : Optional.empty();
            each.add(new NicQueue(
                    i, OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), owner, Optional.empty()));
        }
        return new NicSnapshot(
                "nkpod",
                4,
                Optional.of("netkit"),
                OptionalInt.of(leases + 1),
                HeaderSplit.UNSUPPORTED,
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                Optional.empty(),
                List.of(),
                each,
                OptionalInt.empty());
    }

    /** The same NIC with this queue on lease to a container. */
    public static NicSnapshot leased(NicSnapshot nic, int queue) {
        List<NicQueue> each = new ArrayList<>(nic.queues());
        each.replaceAll(old -> old.id() == queue
                ? new NicQueue(
                        queue,
                        old.napiId(),
                        old.irq(),
                        old.cpus(),
                        old.owner(),
                        Optional.of(new QueueLease(4, 1, OptionalInt.of(7))))
                : old);
        return new NicSnapshot(
                nic.interfaceName(),
                nic.interfaceIndex(),
                nic.driver(),
                nic.receiveQueues(),
                nic.split(),
                nic.splitThreshold(),
                nic.ringEntries(),
                nic.ntuple(),
                nic.rules(),
                nic.hashTable(),
                each,
                nic.numaNode());
    }
}
