// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;

/**
 * Cancels by system call ({@code IORING_REGISTER_SYNC_CANCEL}), which needs no place in the submission queue and takes
 * effect though that stands behind a drain. Used on the loop's thread only.
 */
public final class SyncCancel {
    private static final int REGISTER_SYNC_CANCEL = 24;
    private static final int BYTES = 64;
    private static final int FLAGS = 12;
    private static final int TIMEOUT = 16;
    private static final int CANCEL_ALL = 1;
    private static final int CANCEL_ANY = 1 << 2;
    private static final long NONE = -1;

    private final int ring;
    private final CleanableDirectBuffer memory;

    public SyncCancel(int ring) {
        this.ring = ring;
        memory = Buffer.allocateDirectBufferWithNativeOrder(BYTES);
        ByteBuffer argument = memory.buffer();
        for (int i = 0; i < BYTES; i += Long.BYTES) {
            argument.putLong(i, 0);
        }
        argument.putInt(FLAGS, CANCEL_ALL | CANCEL_ANY).putLong(TIMEOUT, NONE).putLong(TIMEOUT + Long.BYTES, NONE);
    }

    /**
     * Cancels every request of the ring that waits or that a kernel thread works at. The kernel waits for none of them
     * in this, and does not count those that a thread works at.
     *
     * @return how many waited, or the negated errno
     */
    public int all() {
        return Native.register(ring, REGISTER_SYNC_CANCEL, Buffer.memoryAddress(memory.buffer()), 1);
    }

    public void free() {
        memory.clean();
    }
}
