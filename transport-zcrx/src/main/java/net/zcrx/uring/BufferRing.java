// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A ring of provided buffers ({@code IORING_REGISTER_PBUF_RING}, Linux 5.19): buffers that the kernel picks by itself
 * when data arrives. Used on its event loop's thread only.
 *
 * <p>Layouts are those of the kernel's {@code include/uapi/linux/io_uring.h}; {@code zcrx_abi.h} of the native library
 * asserts them. A row is 16 bytes.
 *
 * <pre>
 *      struct io_uring_buf_reg                 argument of IORING_REGISTER_PBUF_RING
 *      +---------------+---------------+---------------+-------+-------+
 *   0  | ring_addr                     | ring_entries  | bgid  | flags |
 *  16  | min_left (0: off), reserved                      (to byte 40) |
 *      +---------------+---------------+---------------+-------+-------+
 *      struct io_uring_buf                     one entry; in the first one resv is the ring's tail
 *      +---------------+---------------+---------------+-------+-------+
 *   0  | addr                          | len           | bid   | resv  |
 *      +---------------+---------------+---------------+-------+-------+
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/io_uring_register_buf_ring.3.html">
 *     io_uring_register_buf_ring(3)</a>
 */
public final class BufferRing {
    private static final int REGISTER_PBUF_RING = 22;

    private static final int REG_RING_ADDR = 0;
    private static final int REG_RING_ENTRIES = 8;
    private static final int REG_BGID = 12;
    private static final int REG_FLAGS = 14;
    private static final int REG_MIN_LEFT = 16;
    private static final int REG_BYTES = 40;
    /** {@code flags}: one buffer may serve several completions. */
    private static final short IOU_PBUF_RING_INC = 2;

    private static final int BUF_ADDR = 0;
    private static final int BUF_LEN = 8;
    private static final int BUF_BID = 12;
    private static final int BUF_BYTES = 16;
    /** The ring's tail lies in the reserved field of its first entry. */
    private static final int RING_TAIL = 14;

    private static final VarHandle SHORT =
            MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.nativeOrder());
    /** The first of our group ids; users of Netty's own groups choose theirs, usually small ones. */
    private static final short FIRST_GROUP = 0x7a00;

    private static final int GROUPS = 64;

    private final long address;
    private final long bytes;
    private final ByteBuffer entries;
    private final int mask;
    private final short group;
    /** The tail at which each buffer was added last, by its id. */
    private final short[] added;

    private short tail;

    /**
     * Creates a ring in memory that has its size.
     *
     * @param ids the number of buffers; their ids are less than that
     */
    BufferRing(long address, long bytes, int size, int ids, short group) {
        this.address = address;
        this.bytes = bytes;
        this.entries = Buffer.wrapMemoryAddressWithNativeOrder(address, Math.toIntExact(bytes));
        this.mask = size - 1;
        this.group = group;
        added = new short[ids];
    }

    /**
     * Registers a ring of {@code size} entries (a power of two, at most 32768).
     *
     * @param ids the number of buffers, at most 32768; their ids begin with 0
     * @param incremental one buffer may serve several completions (kernel 6.12)
     * @return the ring, without a buffer yet
     * @throws IllegalStateException if the kernel refuses
     */
    public static BufferRing register(int ringFd, int size, int ids, boolean incremental) {
        int pageSize = Native.pageSize();
        long bytes = (long) (size * BUF_BYTES + pageSize - 1) / pageSize * pageSize;
        long address = Native.mmap(bytes, Native.MAP_POPULATE);
        if (address < 0) {
            throw new IllegalStateException(
                    "No memory for a ring of " + size + " provided buffers: " + Errno.describe((int) -address));
        }
        CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(REG_BYTES);
        ByteBuffer registration = memory.buffer();
        try {
            // The memory is not cleared, and the kernel wants the reserved fields to be zero.
            for (int i = REG_MIN_LEFT; i < REG_BYTES; i += Long.BYTES) {
                registration.putLong(i, 0);
            }
            registration.putLong(REG_RING_ADDR, address).putInt(REG_RING_ENTRIES, size);
            registration.putShort(REG_FLAGS, incremental ? IOU_PBUF_RING_INC : 0);
            int result = -Errno.EEXIST;
            for (int i = 0; result == -Errno.EEXIST && i < GROUPS; i++) {
                short group = (short) (FIRST_GROUP + i);
                registration.putShort(REG_BGID, group);
                result = Native.register(ringFd, REGISTER_PBUF_RING, Buffer.memoryAddress(registration), 1);
                if (result == 0) {
                    return new BufferRing(address, bytes, size, ids, group);
                }
            }
            Native.munmap(address, bytes);
            throw refusal(size, bytes, result);
        } finally {
            memory.clean();
        }
    }

    private static IllegalStateException refusal(int size, long bytes, int result) {
        String what = "The kernel refused a ring of " + size + " provided buffers (IORING_REGISTER_PBUF_RING, "
                + Errno.describe(-result) + "): ";
        return result == -Errno.ENOMEM
                ? new LockedMemory.ExhaustedException(
                        what + "its " + bytes + " bytes are more than may still be locked, or the system is out of"
                                + " memory. " + LockedMemory.remedy() + " Or use fewer event loops.",
                        null)
                : new IllegalStateException(what + "see io_uring_register(2) for this errno.");
    }

    public short group() {
        return group;
    }

    /**
     * Adds a buffer; the kernel sees it after {@link #publish()}. The caller never adds more than the ring holds.
     *
     * @param id less than the number of ids
     */
    public void add(long address, int length, short id) {
        int entry = (tail & mask) * BUF_BYTES;
        entries.putLong(entry + BUF_ADDR, address)
                .putInt(entry + BUF_LEN, length)
                .putShort(entry + BUF_BID, id);
        added[id] = tail++;
    }

    /**
     * Shows the kernel the added buffers: the release store orders the entries before the tail. The kernel loads the
     * tail with {@code smp_load_acquire()} ({@code io_ring_buffer_select()} in {@code io_uring/kbuf.c}).
     */
    public void publish() {
        SHORT.setRelease(entries, RING_TAIL, tail);
    }

    /**
     * Returns the id of the buffer that was added after this one, in which a bundle goes on: the kernel takes buffers
     * in the order of the ring, and names only the first one (io_uring_prep_recv(3)).
     */
    public int after(int id) {
        return entries.getShort((added[id] + 1 & mask) * BUF_BYTES + BUF_BID);
    }

    /** Frees the ring's memory; only when the io_uring it was registered with is closed. */
    public void free() {
        Native.munmap(address, bytes);
    }
}
