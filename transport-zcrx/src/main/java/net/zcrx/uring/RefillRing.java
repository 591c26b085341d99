// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/**
 * The ring through which the pages of an interface queue go back to the kernel: memory that the kernel shares with
 * every loop that reads from the queue. The kernel is the only consumer. The lock of this object makes the loops one
 * producer; each of them takes it once per pass. {@link QueueAbi} has the layout of an entry and of the counters. All
 * methods may be called on any thread; some only until {@link #free()}, as they say.
 */
public final class RefillRing {
    /** The most entries that a refill ring may have: {@code IO_RQ_MAX_ENTRIES} in {@code io_uring/zcrx.c}. */
    public static final int MAX_ENTRIES = 32768;

    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final int ENTRY_LONGS = QueueAbi.RQE_BYTES / Long.BYTES;

    private final long address;
    private final int bytes;
    private final ByteBuffer memory;
    /** The offset of the kernel's counters. */
    private final int stats;

    /** The offset of the kernel's head. */
    private int head;
    /** The offset of our tail. */
    private int tail;
    /** The entries: a token in the first half of each; the other half stays as it is. */
    private LongBuffer entries;

    /** The number of entries, a power of two. */
    private int count;
    /** The length of a receive buffer in bytes. */
    private int bufferBytes;
    /** The tail behind the entries that have been written; it may wrap. */
    private int nextTail;
    /** The kernel's head when it was last read; it only moves on. */
    private int seenHead;
    /** Tokens that found the ring full, from whichever loop. */
    private final TokenList overflow = new TokenList();

    /** The size of {@code overflow}, for any thread. */
    private volatile int overflowing;
    /** The copied bytes that {@link #takeCopiedBytes} has given to loops. */
    private long attributed;

    private boolean freed;

    /** Maps memory for that many entries, and for the kernel's counters; the kernel says where each part lies. */
    RefillRing(int entries) {
        int page = Native.pageSize();
        // The kernel's header, the entries, and a page of their own for the counters behind them.
        stats = roundUp(page + entries * QueueAbi.RQE_BYTES, page);
        bytes = stats + page;
        address = Native.mmap(bytes, Native.MAP_POPULATE);
        if (address < 0) {
            throw new IllegalStateException(
                    "No memory for a refill ring of " + entries + " entries: " + Errno.describe((int) -address));
        }
        memory = Buffer.wrapMemoryAddressWithNativeOrder(address, bytes);
    }

    /** The kernel has laid it out: offsets in bytes, {@code count} a power of two. */
    void begin(int newHead, int newTail, int newEntries, int newCount, int newBufferBytes) {
        head = newHead;
        tail = newTail;
        count = newCount;
        bufferBytes = newBufferBytes;
        for (int i = 0; i < count; i++) {
            // The kernel only reads, so that this is written once and not for each page.
            int entry = newEntries + i * QueueAbi.RQE_BYTES;
            memory.putInt(entry + QueueAbi.RQE_LEN, bufferBytes).putInt(entry + QueueAbi.RQE_PAD, 0);
        }
        entries = memory.slice(newEntries, count * QueueAbi.RQE_BYTES)
                .order(ByteOrder.nativeOrder())
                .asLongBuffer();
    }

    long address() {
        return address;
    }

    int bytes() {
        return bytes;
    }

    /** Returns the offset of the kernel's counters, in bytes from the address. */
    int stats() {
        return stats;
    }

    /** The length of a receive buffer in bytes. */
    public int bufferBytes() {
        return bufferBytes;
    }

    /**
     * Gives pages back. The kernel sees at once as many as it has room for; the rest goes with later calls, of any
     * loop. Without a kernel, after {@link #free()}, they go nowhere.
     *
     * @param tokens by which completions named their pages; empty then
     * @return how many of them found the ring full
     */
    public synchronized int put(TokenList tokens) {
        if (freed) {
            tokens.removeFirst(tokens.size());
            return 0;
        }
        fill(overflow);
        fill(tokens);
        int left = tokens.size();
        overflow.addAll(tokens);
        publish();
        return left;
    }

    /** Gives one page back, as {@link #put(TokenList)}. */
    public synchronized void put(long token) {
        if (!freed) {
            overflow.add(token);
            fill(overflow);
            publish();
        }
    }

    private void publish() {
        // The release store orders the entries before the tail, which the kernel loads with smp_load_acquire()
        // (io_zcrx_rqring_entries() in io_uring/zcrx.c, Linux 6.15).
        INT.setRelease(memory, tail, nextTail);
        overflowing = overflow.size();
    }

    private void fill(TokenList tokens) {
        int size = tokens.size();
        if (size == 0) {
            return;
        }
        if (count - (nextTail - seenHead) < size) {
            // The acquire load orders the kernel's read of an entry before its place is written again: the kernel
            // stores the head with smp_store_release() once it has read (io_zcrx_ring_refill() in io_uring/zcrx.c).
            seenHead = (int) INT.getAcquire(memory, head);
        }
        int room = Math.min(size, count - (nextTail - seenHead));
        int first = nextTail & count - 1;
        int toEnd = Math.min(room, count - first);
        write(first, tokens, 0, toEnd);
        write(0, tokens, toEnd, room);
        nextTail += room;
        tokens.removeFirst(room);
    }

    private void write(int entry, TokenList tokens, int from, int to) {
        LongBuffer target = entries;
        for (int i = from; i < to; i++) {
            target.put((entry + i - from) * ENTRY_LONGS, tokens.get(i));
        }
    }

    /** Returns how many pages wait for room. */
    public int overflow() {
        return overflowing;
    }

    /** Returns how many pages the kernel was shown and has not taken. Not after {@link #free()}. */
    public int shown() {
        int taken = (int) INT.getAcquire(memory, head);
        return (int) INT.getAcquire(memory, tail) - taken;
    }

    /**
     * Returns the bytes that the kernel copied although a NIC is there, of those that the caller received since it last
     * asked; always 0 before Linux 7.2. The kernel counts per queue, not per loop: the first caller takes all bytes
     * that no caller has taken yet, up to {@code received}. So a loop's share is a guess, but the sum over the loops is
     * exact: the kernel counts before a completion can be seen, and a caller that finds less than it received leaves
     * nothing behind. (It is as exact as the kernel's own count, which is added to without a lock.)
     */
    public synchronized long takeCopiedBytes(long received) {
        if (freed) {
            return 0;
        }
        long copied = (long) LONG.getOpaque(memory, stats + QueueAbi.STATS_COPY_BYTES);
        long mine = Math.min(received, copied - attributed);
        attributed += mine;
        return mine;
    }

    /** Frees the memory; only when the last io_uring that uses the queue is closed. */
    public synchronized void free() {
        freed = true;
        Native.munmap(address, bytes);
    }

    private static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }
}
