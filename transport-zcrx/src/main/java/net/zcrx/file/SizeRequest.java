// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.Promise;
import io.netty.util.internal.CleanableDirectBuffer;
import net.zcrx.uring.FileOps;

/** Asks how long a file is. */
final class SizeRequest extends FileRequest<Long> {
    /** Memory for an empty path and for the answer of statx. */
    private final CleanableDirectBuffer memory =
            Buffer.allocateDirectBufferWithNativeOrder(Long.BYTES + FileOps.STATX_BYTES);

    SizeRequest(FileQueue file, Promise<Long> promise) {
        super(file, promise);
        memory.buffer().putLong(0, 0);
    }

    @Override
    IoUringIoOps next(byte flags, short id) {
        long address = Buffer.memoryAddress(memory.buffer());
        return FileOps.statx(flags, file.fd(), address, address + Long.BYTES, id);
    }

    @Override
    boolean mayWait() {
        return true;
    }

    @Override
    boolean advance(int result) {
        succeed(memory.buffer().getLong(Long.BYTES + FileOps.STX_SIZE));
        return true;
    }

    @Override
    Throwable failure(int errno) {
        return Failures.of("asked for its size", file, errno);
    }

    @Override
    void free() {
        memory.clean();
    }
}
