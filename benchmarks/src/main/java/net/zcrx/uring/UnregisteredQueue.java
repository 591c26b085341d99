// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An interface queue that no kernel knows, with what a kernel would do to its refill ring: so that the real way of a
 * page can be measured without a NIC. In this package, because making a queue and laying out its ring is nobody else's.
 */
public final class UnregisteredQueue {
    /** Where the kernel puts them. */
    private static final int HEAD = 0;

    private static final int TAIL = 4;
    private static final int ENTRIES = 64;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final RefillRing refillRing;
    private final InterfaceQueue queue;
    private final ByteBuffer memory;

    /** @param entries of the refill ring, a power of two */
    public UnregisteredQueue(int entries, int pageBytes) {
        refillRing = new RefillRing(entries);
        refillRing.begin(HEAD, TAIL, ENTRIES, entries, pageBytes);
        memory = Buffer.wrapMemoryAddressWithNativeOrder(refillRing.address(), refillRing.bytes());
        // No descriptor: what would be asked of the kernel fails.
        queue = new InterfaceQueue(-1, refillRing);
    }

    /** The queue; whoever takes it over frees it and its refill ring. */
    public InterfaceQueue queue() {
        return queue;
    }

    /** Takes all pages that the ring shows, as a NIC that wants pages makes the kernel do. */
    public void takePages() {
        INT.setRelease(memory, HEAD, (int) INT.getAcquire(memory, TAIL));
    }
}
