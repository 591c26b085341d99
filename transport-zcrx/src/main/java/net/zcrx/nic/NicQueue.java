// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A receive queue of a NIC that is up.
 *
 * @param id its number
 * @param napiId the id that {@code SO_INCOMING_NAPI_ID} gives for a connection whose packets arrive on this queue
 * @param irq its interrupt
 * @param cpus the processors that handle its interrupt, as {@code 0-3,8}
 * @param owner the kernel interface that has bound memory of its own to it: {@code io_uring}, {@code dmabuf} or
 *     {@code AF_XDP}
 * @param lease the netkit interface that has it on lease, where it belongs to a NIC
 */
public record NicQueue(
        int id,
        OptionalInt napiId,
        OptionalInt irq,
        Optional<String> cpus,
        Optional<String> owner,
        Optional<QueueLease> lease) {
    /** Whether nobody has bound or leased it. */
    public boolean isFree() {
        return owner.isEmpty() && lease.isEmpty();
    }
}
