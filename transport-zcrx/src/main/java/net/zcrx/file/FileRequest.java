// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import net.zcrx.receive.Counters;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.Errno;

/** One operation on a file: it goes to the kernel once, or again and again until it is done. */
abstract class FileRequest<T> {
    /** The kernel may be interrupted without having done anything; but not for ever. */
    private static final int MAX_TRIES = 16;

    final FileQueue file;
    private final Promise<T> promise;
    /** {@code null} while, and if, no loop has taken it. */
    private Counters counters;

    private int tries;

    FileRequest(FileQueue file, Promise<T> promise) {
        this.file = file;
        this.promise = promise;
    }

    /** The loop has taken it; from now on its thread alone is here. */
    final void taken(Counters loopCounters) {
        counters = loopCounters;
        counters.add(Counter.FILE_OPERATIONS, 1);
    }

    /** Of an operation that succeeds; {@code null} if it has no counter of its own. */
    Counter counter() {
        return null;
    }

    final void count(Counter what, long amount) {
        counters.add(what, amount);
    }

    private void countEnd(Counter how) {
        if (counters != null) {
            counters.add(Counter.FILE_OPERATIONS, -1);
            if (how != null) {
                counters.add(how, 1);
            }
            counters = null;
        }
    }

    /** What is to be submitted next. */
    abstract IoUringIoOps next(byte flags, short id);

    /** How many bytes the submitting thread may have to copy if it does the operation itself. */
    int bytes() {
        return 0;
    }

    /** Whether a kernel thread has to do it, because the kernel might wait in it though it was told not to. */
    boolean mayWait() {
        return false;
    }

    /** Whether it closes the file. */
    boolean isLast() {
        return false;
    }

    /** Whether it begins when all that was asked before it has ended. */
    boolean comesAfterAll() {
        return false;
    }

    /** A part has succeeded. Returns whether all is done, and the promise with it. */
    abstract boolean advance(int result);

    /** How an error that is the operation's own reads; {@code errno} is positive. */
    abstract Throwable failure(int errno);

    /** Gives back what the operation holds. Exactly once, before the promise is done; never while the kernel has it. */
    void free() {}

    /** The kernel has answered. Returns whether the request is over. */
    boolean complete(int result) {
        if (result == -Errno.EINTR || result == -Errno.EAGAIN || result == -Errno.ERESTARTSYS) {
            if (++tries < MAX_TRIES) {
                return false;
            }
        } else if (result >= 0) {
            tries = 0;
            return advance(result);
        }
        fail(failure(-result));
        return true;
    }

    /** It comes after the request that closes the file. */
    void fileClosed() {
        fail(failure(Errno.EBADF));
    }

    /** The loop ends, and the kernel does not have it. */
    void loopEnded() {
        fail(failure(Errno.ECANCELED));
    }

    /** Whether the kernel was interrupted in what is submitted again. */
    final boolean isTriedAgain() {
        return tries > 0;
    }

    final void succeed(T value) {
        countEnd(counter());
        free();
        promise.trySuccess(value);
    }

    final void fail(Throwable cause) {
        countEnd(Counter.FILE_FAILURES);
        free();
        promise.tryFailure(cause);
    }

    /** The kernel still has it, though its ring is closed. What it holds is never given back. */
    final void abandon() {
        countEnd(Counter.FILE_FAILURES);
        promise.tryFailure(failure(Errno.ECANCELED));
    }

    /** It is over without a word, as something else does its promise. */
    final void drop() {
        countEnd(null);
    }

    final Future<T> future() {
        return promise;
    }
}
