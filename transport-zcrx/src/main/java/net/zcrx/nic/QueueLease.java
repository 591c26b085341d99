// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.util.OptionalInt;

/**
 * The netkit interface that has a NIC's queue on lease (Linux 7.1).
 *
 * @param interfaceIndex of the netkit, in its network namespace
 * @param queue the number that the queue has there
 * @param networkNamespace the number by which this namespace knows that one ({@code ip netns list-id}); empty if it is
 *     this one
 */
public record QueueLease(int interfaceIndex, int queue, OptionalInt networkNamespace) {
    @Override
    public String toString() {
        return "queue " + queue + " of interface " + interfaceIndex
                + (networkNamespace.isPresent()
                        ? " in the network namespace with the id " + networkNamespace.getAsInt()
                        : "");
    }
}
