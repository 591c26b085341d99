// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;

/** The address at which the kernel finds the bytes of a buffer. */
public final class DirectAddress {
    private DirectAddress() {}

    /**
     * Returns the address of a range of a buffer that is one piece of direct memory. It is for reading only: the range
     * may lie in memory of another process.
     */
    public static long of(ByteBuf buffer, int index, int length) {
        if (buffer.hasMemoryAddress()) {
            return buffer.memoryAddress() + index;
        }
        // Not internalNioBuffer(), which can be written to: what another process has handed over is copied for it.
        return of(buffer.nioBuffer(index, length));
    }

    /** Returns the address of the first remaining byte of direct memory. */
    public static long of(ByteBuffer memory) {
        return Buffer.memoryAddress(memory) + memory.position();
    }
}
