// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;

/**
 * A NIC's receive queue as one ring knows it: registered for zero-copy receive ({@code IORING_REGISTER_ZCRX_IFQ}), or
 * imported from the ring that did. {@link QueueAbi} has the layouts. Used on the loop's thread only, or before the loop
 * begins.
 *
 * <p>The kernel's side is {@code io_uring/zcrx.c} (Linux 6.15). A registration needs {@code CAP_NET_ADMIN}, and a ring
 * with {@code IORING_SETUP_DEFER_TASKRUN} and {@code IORING_SETUP_CQE32} or {@code IORING_SETUP_CQE_MIXED} (from
 * Linux 6.18 on).
 *
 * @see <a href="https://docs.kernel.org/networking/iou-zcrx.html">io_uring zero copy Rx</a>
 * @see <a href="https://man7.org/linux/man-pages/man2/io_uring_register.2.html">io_uring_register(2)</a>
 */
public final class InterfaceQueue {
    /** Event: the NIC found no free page. */
    public static final int EVENT_ALLOC_FAIL = 0;
    /** Event: the kernel copied a fragment. */
    public static final int EVENT_COPY = 1;

    // One block of memory for all calls: the argument, and behind it the structures that it points to.
    private static final int AREA = QueueAbi.IFQ_BYTES;
    private static final int REGION = AREA + QueueAbi.AREA_BYTES;
    private static final int EVENT = REGION + QueueAbi.REGION_BYTES;
    private static final int ARGUMENT_BYTES = EVENT + QueueAbi.EVENT_BYTES;
    private static final int ADDED_AREA = QueueAbi.CTRL_BYTES;

    private final int ring;
    private final RefillRing refillRing;
    private final CleanableDirectBuffer argumentMemory;
    private final ByteBuffer argument;
    private final long argumentAddress;
    private int id;
    private boolean events;

    /** Creates a queue that is not registered yet. */
    InterfaceQueue(int ring, RefillRing refillRing) {
        this.ring = ring;
        this.refillRing = refillRing;
        argumentMemory = Buffer.allocateDirectBufferWithNativeOrder(ARGUMENT_BYTES);
        argument = argumentMemory.buffer();
        argumentAddress = Buffer.memoryAddress(argument);
    }

    /** A queue to register, with its memory and the ring's wishes. */
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

        /** Sets the NIC's queue; without it there is no device and the kernel copies everything. */
        public Request on(int newInterfaceIndex, int newQueue) {
            interfaceIndex = newInterfaceIndex;
            queue = newQueue;
            return this;
        }

        /** Sets the length of a receive buffer in bytes; 0 is the page. */
        public Request receiveBufferBytes(int bytes) {
            receiveBufferBytes = bytes;
            return this;
        }

        /** Asks for events, as completions with this user data, and for the kernel's counters. */
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
            super("IORING_REGISTER_ZCRX_IFQ: " + Errno.describe(errno));
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
     * Returns the same queue for one more ring (Linux 6.19).
     *
     * @param exported the descriptor from {@link #export()}
     * @param refillRing of the queue
     * @throws RefusedException if the kernel refuses
     */
    public static InterfaceQueue share(int ring, int exported, RefillRing refillRing) throws RefusedException {
        InterfaceQueue queue = new InterfaceQueue(ring, refillRing);
        queue.clearArgument();
        queue.argument.putInt(QueueAbi.IFQ_IF_IDX, exported).putInt(QueueAbi.IFQ_FLAGS, QueueAbi.ZCRX_REG_IMPORT);
        int result = Native.register(ring, QueueAbi.REGISTER_ZCRX_IFQ, queue.argumentAddress, 1);
        if (result < 0) {
            queue.free();
            throw new RefusedException(-result);
        }
        queue.id = queue.argument.getInt(QueueAbi.IFQ_ZCRX_ID);
        return queue;
    }

    private int register(Request request) {
        clearArgument();
        argument.putLong(AREA + QueueAbi.AREA_ADDR, request.areaAddress)
                .putLong(AREA + QueueAbi.AREA_LEN, request.areaBytes);
        argument.putLong(REGION + QueueAbi.REGION_USER_ADDR, refillRing.address())
                .putLong(REGION + QueueAbi.REGION_SIZE, refillRing.bytes())
                .putInt(REGION + QueueAbi.REGION_FLAGS, QueueAbi.MEM_REGION_TYPE_USER);
        argument.putInt(QueueAbi.IFQ_RQ_ENTRIES, request.entries)
                .putLong(QueueAbi.IFQ_AREA_PTR, argumentAddress + AREA)
                .putLong(QueueAbi.IFQ_REGION_PTR, argumentAddress + REGION)
                .putInt(QueueAbi.IFQ_RX_BUF_LEN, request.receiveBufferBytes);
        if (request.interfaceIndex >= 0) {
            argument.putInt(QueueAbi.IFQ_IF_IDX, request.interfaceIndex).putInt(QueueAbi.IFQ_IF_RXQ, request.queue);
        } else {
            argument.putInt(QueueAbi.IFQ_FLAGS, QueueAbi.ZCRX_REG_NODEV);
        }
        if (request.events) {
            argument.putLong(EVENT + QueueAbi.EVENT_USER_DATA, request.eventUserData)
                    .putInt(EVENT + QueueAbi.EVENT_TYPE_MASK, 1 << EVENT_ALLOC_FAIL)
                    .putInt(EVENT + QueueAbi.EVENT_FLAGS, QueueAbi.EVENT_DESC_FLAG_STATS)
                    .putLong(EVENT + QueueAbi.EVENT_STATS_OFFSET, refillRing.stats());
            argument.putLong(QueueAbi.IFQ_EVENT_DESC, argumentAddress + EVENT);
        }
        int result = Native.register(ring, QueueAbi.REGISTER_ZCRX_IFQ, argumentAddress, 1);
        if (result < 0) {
            return result;
        }
        id = argument.getInt(QueueAbi.IFQ_ZCRX_ID);
        events = request.events;
        int bufferBytes = argument.getInt(QueueAbi.IFQ_RX_BUF_LEN);
        refillRing.begin(
                argument.getInt(QueueAbi.IFQ_OFFSETS_HEAD),
                argument.getInt(QueueAbi.IFQ_OFFSETS_TAIL),
                argument.getInt(QueueAbi.IFQ_OFFSETS_RQES),
                argument.getInt(QueueAbi.IFQ_RQ_ENTRIES),
                bufferBytes == 0 ? Native.pageSize() : bufferBytes);
        return 0;
    }

    /** Returns the number that names the queue in RECV_ZC, on this ring. */
    public int id() {
        return id;
    }

    /** Whether this ring gets events (kernel 7.2); rings that import a queue get none. */
    public boolean hasEvents() {
        return events;
    }

    /** Returns the ring through which its pages go back. */
    public RefillRing refillRing() {
        return refillRing;
    }

    /**
     * Returns a descriptor that {@link #share} takes (Linux 6.19), or a negated errno. The queue stays bound as long as
     * it is open.
     */
    public int export() {
        clearArgument();
        int result = control(QueueAbi.CTRL_EXPORT);
        return result < 0 ? result : argument.getInt(QueueAbi.CTRL_ARGUMENT);
    }

    /**
     * Makes the kernel take the pages on the refill ring now (Linux 6.19). Otherwise it looks there only when the NIC
     * wants pages ({@code io_pp_zc_alloc_netmems()} in {@code io_uring/zcrx.c}), while a copied fragment takes a page
     * of the free list only ({@code io_zcrx_alloc_fallback()}).
     *
     * @return 0 or a negated errno
     */
    public int flush() {
        clearArgument();
        return control(QueueAbi.CTRL_FLUSH_RQ);
    }

    /** Lets an event fire once more; it goes to the ring that registered the queue. */
    public int armEvent(int event) {
        clearArgument();
        argument.putInt(QueueAbi.CTRL_ARGUMENT, event);
        return control(QueueAbi.CTRL_ARM_EVENT);
    }

    /** Adds memory; returns its id, the upper 16 bits of its pages' tokens, or a negated errno. */
    public int addArea(long address, long bytes) {
        clearArgument();
        argument.putLong(ADDED_AREA + QueueAbi.AREA_ADDR, address).putLong(ADDED_AREA + QueueAbi.AREA_LEN, bytes);
        argument.putLong(QueueAbi.CTRL_ARGUMENT, argumentAddress + ADDED_AREA);
        int result = control(QueueAbi.CTRL_ADD_AREA);
        return result < 0
                ? result
                : (int) (argument.getLong(ADDED_AREA + QueueAbi.AREA_RQ_AREA_TOKEN) >>> QueueAbi.AREA_SHIFT);
    }

    /** Frees the memory of this ring's registration; only when the io_uring is closed. */
    public void free() {
        argumentMemory.clean();
    }

    /** Calls an operation on the queue; its own part of the argument is set already. */
    private int control(int operation) {
        argument.putInt(QueueAbi.CTRL_ZCRX_ID, id).putInt(QueueAbi.CTRL_OP, operation);
        return Native.register(ring, QueueAbi.REGISTER_ZCRX_CTRL, argumentAddress, 0);
    }

    private void clearArgument() {
        for (int i = 0; i < ARGUMENT_BYTES; i += Long.BYTES) {
            argument.putLong(i, 0);
        }
    }
}
