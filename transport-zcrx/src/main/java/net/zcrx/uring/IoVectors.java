// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * The message headers and I/O vectors of a loop's gathering writes. The kernel reads them when a write is submitted,
 * so their memory is used again one loop pass later. Used on its event loop's thread only.
 */
public final class IoVectors {
    private static final int SLAB_BYTES = 32 * 1024;
    /** A write that finds less room than this starts a new slab. */
    private static final int LEAST_VECTORS = 64;

    private final ArrayDeque<CleanableDirectBuffer> free = new ArrayDeque<>();
    private final ArrayDeque<CleanableDirectBuffer> filling = new ArrayDeque<>();
    private final ArrayDeque<CleanableDirectBuffer> submitting = new ArrayDeque<>();

    private ByteBuffer slab;
    private long slabAddress;
    private int position = SLAB_BYTES;

    private int header;
    private int count;
    private int maxCount;
    private long bytes;

    /** Starts a message of at most {@code maxCount} vectors. */
    public void begin(int maxCount) {
        if (SLAB_BYTES - position < MessageAbi.MSGHDR_BYTES + LEAST_VECTORS * MessageAbi.IOVEC_BYTES) {
            CleanableDirectBuffer next = free.poll();
            if (next == null) {
                next = Buffer.allocateDirectBufferWithNativeOrder(SLAB_BYTES);
            }
            filling.add(next);
            slab = next.buffer();
            slabAddress = Buffer.memoryAddress(slab);
            position = 0;
        }
        header = position;
        count = 0;
        bytes = 0;
        this.maxCount = Math.min(maxCount, (SLAB_BYTES - position - MessageAbi.MSGHDR_BYTES) / MessageAbi.IOVEC_BYTES);
    }

    /**
     * Adds a buffer's readable bytes. The first buffer of a message is added as far as it fits, a later one whole or
     * not at all.
     *
     * @return whether it was added
     */
    public boolean add(ByteBuf buffer) {
        int reader = buffer.readerIndex();
        int readable = buffer.readableBytes();
        if (readable == 0) {
            return true;
        }
        int parts = buffer.nioBufferCount();
        if (count + parts > maxCount && count > 0) {
            return false;
        }
        if (parts == 1) {
            add(DirectAddress.of(buffer, reader, readable), readable);
        } else {
            for (ByteBuffer part : buffer.nioBuffers(reader, readable)) {
                if (count == maxCount) {
                    break;
                }
                if (part.hasRemaining()) {
                    add(part);
                }
            }
        }
        return true;
    }

    /** Ends the message; returns the address of its header. */
    public long end() {
        for (int offset = 0; offset < MessageAbi.MSGHDR_BYTES; offset += Long.BYTES) {
            slab.putLong(header + offset, 0);
        }
        slab.putLong(header + MessageAbi.MSG_IOV, slabAddress + header + MessageAbi.MSGHDR_BYTES);
        slab.putLong(header + MessageAbi.MSG_IOVLEN, count);
        position = header + MessageAbi.MSGHDR_BYTES + count * MessageAbi.IOVEC_BYTES;
        return slabAddress + header;
    }

    /** The message that was ended last is sent already: its memory is free for the next one. */
    public void undo() {
        position = header;
    }

    public long bytes() {
        return bytes;
    }

    /**
     * Called before the handler runs, which submits all queued requests: vectors that are added from now on are
     * submitted later.
     */
    public void beginPass() {
        move(filling, submitting);
        position = SLAB_BYTES;
    }

    /** Called after the handler ran: requests that were queued before have been submitted. */
    public void endPass() {
        move(submitting, free);
    }

    /** Unlike addAll() it allocates nothing, in every pass of the loop. */
    private static void move(ArrayDeque<CleanableDirectBuffer> from, ArrayDeque<CleanableDirectBuffer> to) {
        CleanableDirectBuffer slab;
        while ((slab = from.poll()) != null) {
            to.add(slab);
        }
    }

    /** Frees the memory, at the loop's end. */
    public void free() {
        beginPass();
        endPass();
        free.forEach(CleanableDirectBuffer::clean);
        free.clear();
    }

    private void add(ByteBuffer part) {
        add(DirectAddress.of(part), part.remaining());
    }

    private void add(long address, int length) {
        int vector = header + MessageAbi.MSGHDR_BYTES + count * MessageAbi.IOVEC_BYTES;
        slab.putLong(vector + MessageAbi.IOV_BASE, address).putLong(vector + MessageAbi.IOV_LEN, length);
        bytes += length;
        count++;
    }
}
