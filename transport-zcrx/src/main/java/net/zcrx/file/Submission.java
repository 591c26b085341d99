// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.uring.IoUringIoOps;
import net.zcrx.uring.Errno;

/** A request that the kernel gets once, or part by part until all of it is done. */
abstract class Submission {
    /**
     * Bounds the tries of a request: the kernel may be interrupted without having done anything, but not without end.
     */
    private static final int MAX_TRIES = 16;

    final FileQueue file;
    private int tries;

    Submission(FileQueue file) {
        this.file = file;
    }

    /** Returns the next submission. */
    abstract IoUringIoOps next(byte flags, short id);

    /** How many bytes the submitting thread may have to copy if it does the operation itself. */
    int bytes() {
        return 0;
    }

    /** Whether a kernel thread has to do it, because the kernel might wait in it though it was asked not to. */
    boolean mayWait() {
        return false;
    }

    /** Whether the kernel does it one after the other with others of its kind, for the same file. */
    boolean takesTurns() {
        return false;
    }

    /** A part has succeeded. Returns whether all is over. */
    abstract boolean advance(int result);

    /** A part has failed; {@code errno} is positive. Returns whether all is over. */
    abstract boolean failed(int errno);

    /** Fails a request that the kernel does not have and will not get. */
    abstract void fail(Throwable cause);

    /** The loop ends, and the kernel does not have it. */
    abstract void loopEnded();

    /**
     * Gives up a request that the kernel still has, though its ring is closed. The memory that it holds is never
     * released.
     */
    abstract void abandon();

    /** The kernel has answered. Returns whether it is over. */
    boolean complete(int result) {
        if (result == -Errno.EINTR || result == -Errno.EAGAIN || result == -Errno.ERESTARTSYS) {
            if (++tries < MAX_TRIES) {
                return false;
            }
        } else {
            tries = 0;
        }
        return result >= 0 ? advance(result) : failed(-result);
    }

    /** Whether the submission is a new try, after the kernel was interrupted. */
    final boolean isTriedAgain() {
        return tries > 0;
    }
}
