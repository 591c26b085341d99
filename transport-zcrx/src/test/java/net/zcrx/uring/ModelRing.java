// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUring;
import java.nio.ByteBuffer;

/**
 * A ring of provided buffers that no kernel knows, and what a kernel does to it: it fills the buffers one after the
 * other, in parts. In this package, because making a ring is nobody else's.
 */
public final class ModelRing {
    private static final int ENTRIES = 32;
    private static final int ENTRY_BYTES = 16;
    private static final int TAIL = 14;

    private final BufferRing ring;
    private final ByteBuffer memory;
    private short head;
    /** Of the buffer at the head. */
    private int filled;

    /** @param ids of buffers, less than that */
    public ModelRing(int ids, int group) {
        IoUring.ensureAvailability();
        int bytes = Native.pageSize();
        long address = Native.mmap(bytes, Native.MAP_POPULATE);
        ring = new BufferRing(address, bytes, ENTRIES, ids, (short) group);
        memory = Buffer.wrapMemoryAddressWithNativeOrder(address, bytes);
    }

    /** For the receiver, which frees it. */
    public BufferRing ring() {
        return ring;
    }

    /** Buffers that the kernel has. */
    public int buffers() {
        return (short) (memory.getShort(TAIL) - head);
    }

    /** Bytes that fit before the kernel has no buffer. */
    public int room() {
        int room = -filled;
        for (short i = head; i != memory.getShort(TAIL); i++) {
            room += memory.getInt(entry(i) + 8);
        }
        return room;
    }

    /** Bytes that fit into the buffer at work. */
    public int roomInOne() {
        return memory.getInt(entry(head) + 8) - filled;
    }

    /**
     * Receives into as many buffers as it takes.
     *
     * @return the completion's flags
     */
    public int receive(byte[] bytes) {
        int id = memory.getShort(entry(head) + 12);
        int flags = id << Uring.CQE_BUFFER_SHIFT | Uring.CQE_F_BUFFER;
        for (int done = 0; done < bytes.length; ) {
            int entry = entry(head);
            int length = memory.getInt(entry + 8);
            int part = Math.min(bytes.length - done, length - filled);
            Buffer.wrapMemoryAddressWithNativeOrder(memory.getLong(entry) + filled, part)
                    .put(bytes, done, part);
            done += part;
            filled += part;
            if (filled == length) {
                filled = 0;
                head++;
            }
        }
        return filled == 0 ? flags : flags | Uring.CQE_F_BUF_MORE;
    }

    private static int entry(short index) {
        return (index & ENTRIES - 1) * ENTRY_BYTES;
    }
}
