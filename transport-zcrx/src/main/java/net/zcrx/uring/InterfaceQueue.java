// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;

/**
 * A NIC's receive queue as one ring knows it: registered for zero-copy receive ({@code IORING_REGISTER_ZCRX_IFQ}), or
 * imported from the ring that did. Layouts are those of {@code linux/io_uring/zcrx.h}, which the native library asserts.
 * Used on the loop's thread only, or before the loop begins.
 */
public final class InterfaceQueue {
    /** Event: the NIC found no free page. */
    public static final int EVENT_ALLOC_FAIL = 0;
    /** Event: the kernel copied a fragment. */
    public static final int EVENT_COPY = 1;

    private static final int REGISTER_ZCRX_IFQ = 32;
    private static final int REGISTER_ZCRX_CTRL = 36;
    private static final int REG_IMPORT = 1;
    private static final int REG_NODEV = 1 << 1;
    private static final int REGION_USER_MEMORY = 1;
    private static final int EVENT_FLAG_STATS = 1;
    private static final int CTRL_FLUSH_RQ = 0;
    private static final int CTRL_EXPORT = 1;
    private static final int CTRL_ARM_EVENT = 2;
    private static final int CTRL_ADD_AREA = 3;

    private static final int IFQ_REG_BYTES = 96;
    private static final int AREA_REG = IFQ_REG_BYTES;
    private static final int AREA_REG_BYTES = 48;
    private static final int REGION_DESC = AREA_REG + AREA_REG_BYTES;
    private static final int REGION_DESC_BYTES = 64;
    private static final int EVENT_DESC = REGION_DESC + REGION_DESC_BYTES;
    private static final int EVENT_DESC_BYTES = 96;
    private static final int CTRL_BYTES = 72;
    private static final int CTRL_ARGUMENT = 24;
    private static final int ARGUMENT_BYTES = EVENT_DESC + EVENT_DESC_BYTES;

    private final int ring;
    private final RefillRing refillRing;
    private final CleanableDirectBuffer argumentMemory;
    private final ByteBuffer argument;
    private final long argumentAddress;
    private int id;
    private boolean events;

    /** Not registered yet. */
    InterfaceQueue(int ring, RefillRing refillRing) {
        this.ring = ring;
        this.refillRing = refillRing;
        argumentMemory = Buffer.allocateDirectBufferWithNativeOrder(ARGUMENT_BYTES);
        argument = argumentMemory.buffer();
        argumentAddress = Buffer.memoryAddress(argument);
    }

    /** What to register. */
    public static final class Request {
        private final int entries;
        private final long areaAddress;
        private final long areaBytes;
        private int interfaceIndex = -1;
        private int queue;
        private int receiveBufferBytes;
        private long eventUserData;
        private boolean events;

        /**
         * @param entries of the refill ring, a power of two up to {@link RefillRing#MAX_ENTRIES}
         * @param areaAddress page-aligned memory that the NIC writes to
         */
        public Request(int entries, long areaAddress, long areaBytes) {
            this.entries = entries;
            this.areaAddress = areaAddress;
            this.areaBytes = areaBytes;
        }

        /** The NIC's queue; without it there is no device and the kernel copies all. */
        public Request on(int newInterfaceIndex, int newQueue) {
            interfaceIndex = newInterfaceIndex;
            queue = newQueue;
            return this;
        }

        /** Length of a receive buffer in bytes; 0 is the page. */
        public Request receiveBufferBytes(int bytes) {
            receiveBufferBytes = bytes;
            return this;
        }

        /** Ask for events, as completions with this user data, and for the kernel's counters. */
        public Request events(long userData) {
            events = true;
            eventUserData = userData;
            return this;
        }
    }

    /** A registration that the kernel refused. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;
        private final int errno;

        /** @param errno positive */
        public RefusedException(int errno) {
            super("IORING_REGISTER_ZCRX_IFQ: errno " + errno);
            this.errno = errno;
        }

        /** The errno, positive. */
        public int errno() {
            return errno;
        }
    }

    /** @throws RefusedException if the kernel refuses */
    public static InterfaceQueue register(int ring, Request request) throws RefusedException {
        RefillRing refillRing = new RefillRing(request.entries);
        InterfaceQueue queue = new InterfaceQueue(ring, refillRing);
        int result = queue.register(request);
        if (result < 0) {
            queue.free();
            refillRing.free();
            throw new RefusedException(-result);
        }
        return queue;
    }

    /**
     * The same queue for one more ring (kernel 6.19).
     *
     * @param exported what {@link #export()} gave
     * @param refillRing that of the queue
     * @throws RefusedException if the kernel refuses
     */
    public static InterfaceQueue share(int ring, int exported, RefillRing refillRing) throws RefusedException {
        InterfaceQueue queue = new InterfaceQueue(ring, refillRing);
        queue.clearArgument();
        queue.argument.putInt(0, exported).putInt(12, REG_IMPORT);
        int result = Native.register(ring, REGISTER_ZCRX_IFQ, queue.argumentAddress, 1);
        if (result < 0) {
            queue.free();
            throw new RefusedException(-result);
        }
        queue.id = queue.argument.getInt(64);
        return queue;
    }

    private int register(Request request) {
        clearArgument();
        argument.putLong(AREA_REG, request.areaAddress).putLong(AREA_REG + 8, request.areaBytes);
        argument.putLong(REGION_DESC, refillRing.address())
                .putLong(REGION_DESC + 8, refillRing.bytes())
                .putInt(REGION_DESC + 16, REGION_USER_MEMORY);
        argument.putInt(8, request.entries)
                .putLong(16, argumentAddress + AREA_REG)
                .putLong(24, argumentAddress + REGION_DESC)
                .putInt(68, request.receiveBufferBytes);
        if (request.interfaceIndex >= 0) {
            argument.putInt(0, request.interfaceIndex).putInt(4, request.queue);
        } else {
            argument.putInt(12, REG_NODEV);
        }
        if (request.events) {
            argument.putLong(EVENT_DESC, request.eventUserData)
                    .putInt(EVENT_DESC + 8, 1 << EVENT_ALLOC_FAIL)
                    .putInt(EVENT_DESC + 12, EVENT_FLAG_STATS)
                    .putLong(EVENT_DESC + 16, refillRing.stats());
            argument.putLong(72, argumentAddress + EVENT_DESC);
        }
        int result = Native.register(ring, REGISTER_ZCRX_IFQ, argumentAddress, 1);
        if (result < 0) {
            return result;
        }
        id = argument.getInt(64);
        events = request.events;
        refillRing.begin(
                argument.getInt(32),
                argument.getInt(36),
                argument.getInt(40),
                argument.getInt(8),
                argument.getInt(68) == 0 ? Native.pageSize() : argument.getInt(68));
        return 0;
    }

    /** What RECV_ZC names the queue by, on this ring. */
    public int id() {
        return id;
    }

    /** Whether this ring is told of events (kernel 7.2); those that import a queue are not. */
    public boolean hasEvents() {
        return events;
    }

    /** Where its pages go back. */
    public RefillRing refillRing() {
        return refillRing;
    }

    /**
     * A descriptor that {@link #share} takes (kernel 6.19), or a negated errno. As long as it is open the queue stays
     * bound.
     */
    public int export() {
        int result = control(CTRL_EXPORT, 0);
        return result < 0 ? result : argument.getInt(CTRL_ARGUMENT);
    }

    /** Makes the kernel take what is on the refill ring now, not when the NIC wants pages; returns 0 or a negated errno. */
    public int flush() {
        return control(CTRL_FLUSH_RQ, 0);
    }

    /** Lets an event fire once more; it goes to the ring that registered the queue. */
    public int armEvent(int event) {
        return control(CTRL_ARM_EVENT, event);
    }

    /** Adds memory; returns its id, the upper 16 bits of its pages' tokens, or a negated errno. */
    public int addArea(long address, long bytes) {
        clearArgument();
        int area = CTRL_BYTES;
        argument.putInt(0, id).putInt(4, CTRL_ADD_AREA).putLong(CTRL_ARGUMENT, argumentAddress + area);
        argument.putLong(area, address).putLong(area + 8, bytes);
        int result = Native.register(ring, REGISTER_ZCRX_CTRL, argumentAddress, 0);
        return result < 0 ? result : (int) (argument.getLong(area + 16) >>> 48);
    }

    /** Frees what belongs to this ring's registration; only when the io_uring is closed. */
    public void free() {
        argumentMemory.clean();
    }

    private int control(int operation, int event) {
        clearArgument();
        argument.putInt(0, id).putInt(4, operation).putInt(CTRL_ARGUMENT, event);
        return Native.register(ring, REGISTER_ZCRX_CTRL, argumentAddress, 0);
    }

    private void clearArgument() {
        for (int i = 0; i < ARGUMENT_BYTES; i += Long.BYTES) {
            argument.putLong(i, 0);
        }
    }
}
