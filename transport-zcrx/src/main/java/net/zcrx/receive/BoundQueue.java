// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import net.zcrx.nic.NicException;
import net.zcrx.nic.QueueName;
import net.zcrx.nic.check.Refusals;
import net.zcrx.uring.InterfaceQueue;

/** A queue of a NIC that a loop of a group has bound. */
public record BoundQueue(QueueName name, int interfaceIndex, SharedQueue shared) {

    /**
     * The receiver of one more loop.
     *
     * @param ring of that loop, whose thread this is, unless the loop has not begun yet
     * @param wakeup wakes that loop
     * @throws NicException if the kernel refuses
     */
    public ZeroCopyReceiver share(int ring, Runnable wakeup) throws NicException {
        try {
            return shared.share(ring, wakeup);
        } catch (InterfaceQueue.RefusedException e) {
            throw Refusals.refusedSharing(name.interfaceName(), name.queue(), e.errno());
        }
    }
}
