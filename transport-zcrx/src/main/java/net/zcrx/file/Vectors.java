// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;

/** Pieces of memory that one request writes, as the kernel wants them: iovec(3type). */
final class Vectors {
    private static final int MOST = 64;
    private static final int BYTES = 2 * Long.BYTES;

    /** {@code null} before the first piece. */
    private CleanableDirectBuffer memory;

    private int count;

    void clear() {
        count = 0;
    }

    /** Adds those of them that are not empty, as long as there is room; what is left out comes later. */
    void add(ByteBuffer[] pieces) {
        for (ByteBuffer piece : pieces) {
            if (piece.hasRemaining()) {
                add(Buffer.memoryAddress(piece) + piece.position(), piece.remaining());
            }
        }
    }

    /** Adds one piece, as long as there is room. */
    void add(long address, int length) {
        if (memory == null) {
            memory = Buffer.allocateDirectBufferWithNativeOrder(MOST * BYTES);
        }
        if (count < MOST) {
            memory.buffer().putLong(count * BYTES, address);
            memory.buffer().putLong(count * BYTES + Long.BYTES, length);
            count++;
        }
    }

    int count() {
        return count;
    }

    long address() {
        return Buffer.memoryAddress(memory.buffer());
    }

    void free() {
        if (memory != null) {
            memory.clean();
            memory = null;
        }
    }
}
