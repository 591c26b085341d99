// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.Promise;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.FileOps;

/** Makes the device keep all data that was written before. */
final class ForceRequest extends OneAnswerRequest {
    private final boolean metaData;

    ForceRequest(FileQueue file, Promise<Void> promise, boolean metaData) {
        super(file, promise);
        this.metaData = metaData;
    }

    @Override
    IoUringIoOps next(byte flags, short id) {
        return FileOps.force(flags, file.fd(), metaData, id);
    }

    @Override
    Counter counter() {
        return Counter.FILE_FORCES;
    }

    @Override
    boolean comesAfterAll() {
        return true;
    }

    @Override
    Throwable failure(int errno) {
        return Failures.of("forced to the device", file, errno);
    }
}
