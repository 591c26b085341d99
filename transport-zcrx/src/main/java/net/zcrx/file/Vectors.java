// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;
import net.zcrx.uring.DirectAddress;

/** Pieces of memory that one request writes, as the kernel wants them: iovec(3type). */
final class Vectors {
    private static final int MOST = 64;
    private static final int BYTES = 2 * Long.BYTES;

    /** The vectors' memory; {@code null} before it is needed. */
    private CleanableDirectBuffer memory;

    private int count;

    void clear() {
        count = 0;
    }

    /** Adds the pieces that are not empty, as long as there is room; the caller adds the others later. */
    void add(ByteBuffer[] pieces) {
        for (ByteBuffer piece : pieces) {
            if (piece.hasRemaining()) {
                add(DirectAddress.of(piece), piece.remaining());
            }
        }
    }

    /** Adds one piece, as long as there is room. */
    void add(long address, int length) {
        if (count < MOST) {
            ByteBuffer vectors = memory();
            vectors.putLong(count * BYTES, address);
            vectors.putLong(count * BYTES + Long.BYTES, length);
            count++;
        }
    }

    private ByteBuffer memory() {
        if (memory == null) {
            memory = Buffer.allocateDirectBufferWithNativeOrder(MOST * BYTES);
        }
        return memory.buffer();
    }

    int count() {
        return count;
    }

    /** Returns the address of the vectors, also if there are none, as of an empty buffer. */
    long address() {
        return Buffer.memoryAddress(memory());
    }

    void free() {
        if (memory != null) {
            memory.clean();
            memory = null;
        }
    }
}
