// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import net.zcrx.uring.DirectAddress;

/** Buffers as the kernel sees them. */
final class DirectMemory {
    /** The most bytes of a request that the kernel has at a time. */
    static final int MOST_OF_PART = 1 << 20;

    private DirectMemory() {}

    /** The address of a range of a buffer that is one piece of direct memory, which the kernel may write to. */
    static long address(ByteBuf buffer, int index, int length) {
        if (buffer.hasMemoryAddress()) {
            return buffer.memoryAddress() + index;
        }
        ByteBuffer memory = buffer.internalNioBuffer(index, length);
        if (memory.isReadOnly() && length > 0) {
            // A view of what another process has handed over, which is copied by its first write.
            buffer.setByte(index, buffer.getByte(index));
            memory = buffer.nioBuffer(index, length);
        }
        return DirectAddress.of(memory);
    }

    /** The buffer, or a copy of it if it is not in direct memory; then it is released. */
    static ByteBuf of(ByteBuf buffer) {
        if (buffer.isDirect()) {
            return buffer;
        }
        try {
            return buffer.alloc().directBuffer(buffer.readableBytes()).writeBytes(buffer);
        } finally {
            buffer.release();
        }
    }
}
