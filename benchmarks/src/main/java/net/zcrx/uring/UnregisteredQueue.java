// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An interface queue that no kernel knows, with the accesses of a kernel to its refill ring: so that the real way of a
 * page can be measured without a NIC. It is in this package because only this one can make a queue and lay out its
 * ring.
 */
public final class UnregisteredQueue {
    /** The offsets of head, tail and entries, as the kernel lays the ring out. */
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
        // No descriptor: calls of the kernel fail.
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
