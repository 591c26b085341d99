// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUring;
import java.nio.ByteBuffer;

/** An interface queue that no kernel knows. In this package, because making one is nobody else's. */
public final class ModelQueue {
    private static final int HEAD = 0;
    private static final int TAIL = 4;
    private static final int ENTRIES = 64;

    private final InterfaceQueue queue;
    private final ByteBuffer memory;

    /** @param entries of the refill ring, a power of two */
    public ModelQueue(int entries, int pageBytes) {
        IoUring.ensureAvailability();
        RefillRing ring = new RefillRing(entries);
        ring.begin(HEAD, TAIL, ENTRIES, entries, pageBytes);
        memory = Buffer.wrapMemoryAddressWithNativeOrder(ring.address(), ring.bytes());
        // No descriptor: what would be asked of the kernel fails.
        queue = new InterfaceQueue(-1, ring);
    }

    /** For the receiver, which frees it. */
    public InterfaceQueue queue() {
        return queue;
    }

    /** Takes the pages that were given back, as the NIC does. */
    public int takePages() {
        int count = memory.getInt(TAIL) - memory.getInt(HEAD);
        memory.putInt(HEAD, memory.getInt(TAIL));
        return count;
    }
}
