// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.uring.IoUringIoOps;
import net.zcrx.uring.Errno;
import net.zcrx.uring.FileOps;

/** Closes a file when all that was asked before has ended. A kernel thread does it: the last one to close may wait. */
final class CloseRequest extends OneAnswerRequest {
    private int descriptor;

    CloseRequest(FileQueue file) {
        super(file, file.closed());
    }

    @Override
    IoUringIoOps next(byte flags, short id) {
        descriptor = file.takeDescriptor();
        return FileOps.close(flags, descriptor, id);
    }

    @Override
    boolean comesAfterAll() {
        return true;
    }

    @Override
    boolean isLast() {
        return true;
    }

    /** Never tries again: after any error but ECANCELED the descriptor is closed as well (close(2)). */
    @Override
    boolean complete(int result) {
        if (result == -Errno.ECANCELED) {
            // The loop ends before a kernel thread began with it: then it is closed there.
            file.opened(descriptor);
            drop();
        } else if (result < 0) {
            fail(failure(-result));
        } else {
            advance(result);
        }
        return true;
    }

    /** The one before it closes the file, and does its promise, too. */
    @Override
    void fileClosed() {
        drop();
    }

    /** A loop that ends closes its files, and one that has ended has closed them. */
    @Override
    void loopEnded() {
        drop();
    }

    @Override
    Throwable failure(int errno) {
        return Failures.of("closed", file, errno);
    }
}
