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
            each.add(new NicQueue(i, OptionalInt.of(8192 + i), OptionalInt.empty(), Optional.empty(), owner));
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
}
