// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.ArrayDeque;
import net.zcrx.receive.Counters;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.Errno;

/** One operation on a file, and the promise of it. */
abstract class FileRequest<T> extends Submission {
    private final Promise<T> promise;
    /** {@code null} while, and if, no loop has taken it. */
    private Counters counters;

    FileRequest(FileQueue file, Promise<T> promise) {
        super(file);
        this.promise = promise;
    }

    /** The loop has taken it; from now on its thread alone is here. */
    final void taken(Counters loopCounters) {
        counters = loopCounters;
        counters.add(Counter.FILE_OPERATIONS, 1);
    }

    /** Returns the counter of successful operations of this kind; {@code null} if there is none. */
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

    /** Returns this request, or one that also does requests that wait behind it, which are taken from the queue. */
    Submission joined(ArrayDeque<FileRequest<?>> waiting) {
        return this;
    }

    /** Whether it closes the file. */
    boolean isLast() {
        return false;
    }

    /** Whether it begins when all that was asked before it has ended. */
    boolean comesAfterAll() {
        return false;
    }

    /** How an error that is the operation's own reads; {@code errno} is positive. */
    abstract Throwable failure(int errno);

    /**
     * Releases the memory that the operation holds. Exactly once, before the promise is done; never while the kernel
     * has it.
     */
    void free() {}

    @Override
    final boolean failed(int errno) {
        fail(failure(errno));
        return true;
    }

    /** It comes after the request that closes the file. */
    void fileClosed() {
        fail(failure(Errno.EBADF));
    }

    @Override
    void loopEnded() {
        fail(failure(Errno.ECANCELED));
    }

    final void succeed(T value) {
        countEnd(counter());
        free();
        promise.trySuccess(value);
    }

    @Override
    final void fail(Throwable cause) {
        countEnd(Counter.FILE_FAILURES);
        free();
        promise.tryFailure(cause);
    }

    @Override
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
