// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.Promise;
import net.zcrx.uring.FileOps;

/** Reserves a range of a file on the device. */
final class AllocateRequest extends OneAnswerRequest {
    private final long position;
    private final long length;

    AllocateRequest(FileQueue file, Promise<Void> promise, long position, long length) {
        super(file, promise);
        this.position = position;
        this.length = length;
    }

    @Override
    IoUringIoOps next(byte flags, short id) {
        return FileOps.allocate(flags, file.fd(), position, length, id);
    }

    @Override
    Throwable failure(int errno) {
        return Failures.of("allocated", file, position, length, 0, errno);
    }
}
