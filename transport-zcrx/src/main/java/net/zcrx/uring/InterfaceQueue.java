package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A NIC's receive queue that is registered with a ring for zero-copy receive ({@code IORING_REGISTER_ZCRX_IFQ}), with
 * its refill ring: where pages go back to the kernel. Layouts are those of {@code linux/io_uring/zcrx.h}, which the
 * native library asserts. Used on the loop's thread only, but for registration.
 */
public final class InterfaceQueue {
    /** Event: the NIC found no free page. */
    public static final int EVENT_ALLOC_FAIL = 0;
    /** Event: the kernel copied a fragment. */
    public static final int EVENT_COPY = 1;

    /** The most entries that a refill ring may have. */
    public static final int MAX_REFILL_ENTRIES = 32768;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final int REGISTER_ZCRX_IFQ = 32;
    private static final int REGISTER_ZCRX_CTRL = 36;
    private static final int REG_NODEV = 1 << 1;
    private static final int REGION_USER_MEMORY = 1;
    private static final int EVENT_FLAG_STATS = 1;
    private static final int CTRL_FLUSH_RQ = 0;
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
    private static final int ARGUMENT_BYTES = EVENT_DESC + EVENT_DESC_BYTES;

    private static final int ENTRY_BYTES = 16;
    private static final int ENTRY_LENGTH = 8;
    private static final int ENTRY_PAD = 12;

    private final int ring;
    private final ByteBuffer argument;
    private final CleanableDirectBuffer argumentMemory;
    private final long argumentAddress;

    private final long regionAddress;
    private final long regionBytes;
    private final ByteBuffer region;
    private final int stats;

    private int id;
    private int bufferBytes;
    private int head;
    private int tail;
    private int entries;
    private int mask;
    private int count;
    private int nextTail;
    /** The kernel's head as it was last seen; it only moves on. */
    private int seenHead;

    private InterfaceQueue(int ring, int entries) {
        this.ring = ring;
        this.mask = entries - 1;
        this.count = entries;
        argumentMemory = Buffer.allocateDirectBufferWithNativeOrder(ARGUMENT_BYTES);
        argument = argumentMemory.buffer();
        argumentAddress = Buffer.memoryAddress(argument);
        int page = Native.pageSize();
        // The kernel's header, the entries, and a page of their own for the counters behind them.
        stats = roundUp(page + entries * ENTRY_BYTES, page);
        regionBytes = stats + page;
        regionAddress = Native.mmap(regionBytes, Native.MAP_POPULATE);
        if (regionAddress < 0) {
            argumentMemory.clean();
            throw new IllegalStateException(
                    "No memory for a refill ring of " + entries + " entries: errno " + -regionAddress);
        }
        region = Buffer.wrapMemoryAddressWithNativeOrder(regionAddress, (int) regionBytes);
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
         * @param entries of the refill ring, a power of two up to {@link #MAX_REFILL_ENTRIES}
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

        RefusedException(int errno) {
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
        InterfaceQueue queue = new InterfaceQueue(ring, request.entries);
        int result = queue.register(request);
        if (result < 0) {
            queue.free();
            throw new RefusedException(-result);
        }
        return queue;
    }

    private int register(Request request) {
        clearArgument();
        argument.putLong(AREA_REG, request.areaAddress).putLong(AREA_REG + 8, request.areaBytes);
        argument.putLong(REGION_DESC, regionAddress)
                .putLong(REGION_DESC + 8, regionBytes)
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
                    .putLong(EVENT_DESC + 16, stats);
            argument.putLong(72, argumentAddress + EVENT_DESC);
        }
        int result = Native.register(ring, REGISTER_ZCRX_IFQ, argumentAddress, 1);
        if (result < 0) {
            return result;
        }
        head = argument.getInt(32);
        tail = argument.getInt(36);
        entries = argument.getInt(40);
        id = argument.getInt(64);
        bufferBytes = argument.getInt(68) == 0 ? Native.pageSize() : argument.getInt(68);
        count = argument.getInt(8);
        mask = count - 1;
        return 0;
    }

    /** What RECV_ZC names the queue by. */
    public int id() {
        return id;
    }

    /** The length of a receive buffer in bytes. */
    public int bufferBytes() {
        return bufferBytes;
    }

    /**
     * Puts a completion's page on the refill ring; the kernel sees it after {@link #publish()}.
     *
     * @param token what the completion named the page by
     * @return {@code false} if the ring is full
     */
    public boolean refill(long token) {
        if (nextTail - seenHead == count) {
            // The acquire load orders the kernel's read of an entry before its place is written again.
            seenHead = (int) INT.getAcquire(region, head);
            if (nextTail - seenHead == count) {
                return false;
            }
        }
        int entry = entries + (nextTail & mask) * ENTRY_BYTES;
        region.putLong(entry, token).putInt(entry + ENTRY_LENGTH, bufferBytes).putInt(entry + ENTRY_PAD, 0);
        nextTail++;
        return true;
    }

    /** Shows the kernel what was put on the refill ring: the release store orders the entries before the tail. */
    public void publish() {
        INT.setRelease(region, tail, nextTail);
    }

    /** Whether the kernel has taken all that was published. */
    public boolean isDrained() {
        return (int) INT.getAcquire(region, head) == nextTail;
    }

    /** Makes the kernel take what was published now, not when the NIC wants pages; returns 0 or a negated errno. */
    public int flush() {
        return control(CTRL_FLUSH_RQ, 0);
    }

    /** Lets an event fire once more. */
    public int armEvent(int event) {
        return control(CTRL_ARM_EVENT, event);
    }

    /** Adds memory; returns its id, the upper 16 bits of its pages' tokens, or a negated errno. */
    public int addArea(long address, long bytes) {
        clearArgument();
        int area = CTRL_BYTES;
        argument.putInt(0, id).putInt(4, CTRL_ADD_AREA).putLong(24, argumentAddress + area);
        argument.putLong(area, address).putLong(area + 8, bytes);
        int result = Native.register(ring, REGISTER_ZCRX_CTRL, argumentAddress, 0);
        return result < 0 ? result : (int) (argument.getLong(area + 16) >>> 48);
    }

    /** Bytes that the kernel copied though a NIC is there; 0 before kernel 7.2. From any thread while registered. */
    public long copiedBytes() {
        return (long) LONG.getOpaque(region, stats + Long.BYTES);
    }

    /** Frees the refill ring's memory; only when the io_uring is closed. */
    public void free() {
        argumentMemory.clean();
        Native.munmap(regionAddress, regionBytes);
    }

    private int control(int operation, int event) {
        clearArgument();
        argument.putInt(0, id).putInt(4, operation).putInt(24, event);
        return Native.register(ring, REGISTER_ZCRX_CTRL, argumentAddress, 0);
    }

    private void clearArgument() {
        for (int i = 0; i < ARGUMENT_BYTES; i += Long.BYTES) {
            argument.putLong(i, 0);
        }
    }

    private static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }
}
