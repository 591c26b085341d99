// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;

/**
 * Cancels by system call ({@code IORING_REGISTER_SYNC_CANCEL}, Linux 6.0), which needs no place in the submission queue
 * and takes effect though that stands behind a drain. Used on the loop's thread only.
 *
 * <p>The layout is that of the kernel's {@code include/uapi/linux/io_uring.h}; {@code zcrx_abi.h} of the native library
 * asserts it. A row is 16 bytes.
 *
 * <pre>
 *      struct io_uring_sync_cancel_reg
 *      +---------------+---------------+---------------+---------------+
 *   0  | addr                          | fd            | flags         |
 *  16  | timeout.tv_sec                | timeout.tv_nsec               |
 *  32  |op | reserved                                     (to byte 64) |
 *      +---------------+---------------+---------------+---------------+
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/io_uring_register_sync_cancel.3.html">
 *     io_uring_register_sync_cancel(3)</a>
 */
public final class SyncCancel {
    private static final int REGISTER_SYNC_CANCEL = 24;

    private static final int REG_FLAGS = 12;
    private static final int REG_TIMEOUT_SEC = 16;
    private static final int REG_TIMEOUT_NSEC = 24;
    private static final int REG_OPCODE = 32;
    private static final int REG_BYTES = 64;
    private static final int ASYNC_CANCEL_ALL = 1;
    private static final int ASYNC_CANCEL_ANY = 1 << 2;
    private static final int ASYNC_CANCEL_OP = 1 << 5;
    /** More operations than any kernel has: it finds no request of the others. */
    private static final int OPERATIONS = 96;

    private static final long NO_TIMEOUT = -1;

    private final int ring;
    private final CleanableDirectBuffer memory;

    public SyncCancel(int ring) {
        this.ring = ring;
        memory = Buffer.allocateDirectBufferWithNativeOrder(REG_BYTES);
        ByteBuffer argument = memory.buffer();
        for (int i = 0; i < REG_BYTES; i += Long.BYTES) {
            argument.putLong(i, 0);
        }
        argument.putLong(REG_TIMEOUT_SEC, NO_TIMEOUT).putLong(REG_TIMEOUT_NSEC, NO_TIMEOUT);
    }

    /**
     * Cancels every request of the ring that waits or that a kernel thread works at, but none that closes a descriptor:
     * that would stay open. The kernel waits for none of them in this. Before Linux 6.6, which cannot be asked by
     * operation, those that close are cancelled, too.
     */
    public void allButClose() {
        for (int operation = 0; operation < OPERATIONS; operation++) {
            if (operation != Uring.OP_CLOSE && cancel(ASYNC_CANCEL_ALL | ASYNC_CANCEL_OP, operation) == -Errno.EINVAL) {
                cancel(ASYNC_CANCEL_ALL | ASYNC_CANCEL_ANY, 0);
                return;
            }
        }
    }

    private int cancel(int flags, int operation) {
        memory.buffer().putInt(REG_FLAGS, flags).put(REG_OPCODE, (byte) operation);
        return Native.register(ring, REGISTER_SYNC_CANCEL, Buffer.memoryAddress(memory.buffer()), 1);
    }

    public void free() {
        memory.clean();
    }
}
