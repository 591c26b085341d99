// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import net.zcrx.loop.AbstractLoopHandle;
import net.zcrx.loop.Loop;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.BoundedWorkers;
import net.zcrx.uring.Errno;
import net.zcrx.uring.FileOps;
import net.zcrx.uring.RingFd;

/**
 * All files of one event loop. It hands their requests to the kernel, some of each file in turn, and so many at a time
 * that completions have room and that kernel threads stay few, however many are asked for.
 *
 * <p><b>Why the loop does not wait.</b> The kernel first tries a read or a write on the loop's thread, as if the file
 * were non-blocking; where the file system cannot do it so it leaves it to a thread of its own ({@code io_read()} and
 * {@code io_write()} of {@code io_uring/rw.c}). If the try succeeds, it copies from or to the page cache on the loop's
 * thread. That takes no longer than the bytes that a pass of the loop may have copied so; for all beyond them,
 * {@code IOSQE_ASYNC} asks for the kernel's threads at once. The same holds for operations that have no such try, as
 * opening and closing on a network.
 */
final class LoopFiles extends AbstractLoopHandle implements IoUringIoHandle {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(LoopFiles.class);

    /** Requests that the kernel has of a loop at a time: far fewer than the shortest completion queue has entries. */
    static final int MOST_OF_LOOP = 256;
    /** Requests that it has of one file at a time: enough for a fast disk. */
    static final int MOST_OF_FILE = 32;
    /** Kernel threads of a loop's ring for files. Writes to one file through the page cache take turns in one. */
    private static final int MOST_WORKERS = 16;
    /** Bytes that the kernel may copy on the loop's thread in a pass: about 15 microseconds. */
    private static final int MOST_COPIED = 128 * 1024;

    private static final ConcurrentMap<IoEventLoop, LoopFiles> OF_LOOPS = new ConcurrentHashMap<>();

    private final IoEventLoop eventLoop;
    private final Inbox<FileRequest<?>> inbox;
    private final Listeners listeners;
    private final Submission[] begun = new Submission[MOST_OF_LOOP];
    /** The free places of the array of submissions. */
    private final short[] free = new short[MOST_OF_LOOP];

    private int freeCount = MOST_OF_LOOP;
    /** The files that are open or being opened. */
    private final Set<FileQueue> files = new LinkedHashSet<>();
    /** The files whose next request can begin. */
    private final ArrayDeque<FileQueue> listed = new ArrayDeque<>();

    private IoRegistration registration;
    private Loop loop;
    private boolean closed;
    /** Bytes that the kernel may copy on the loop's thread for requests that have begun since {@link #endPass}. */
    private int copied;

    private LoopFiles(IoEventLoop eventLoop) {
        this.eventLoop = eventLoop;
        for (short i = 0; i < MOST_OF_LOOP; i++) {
            free[i] = i;
        }
        listeners = new Listeners(eventLoop);
        inbox = new Inbox<>(eventLoop) {
            @Override
            void taken(FileRequest<?> request) {
                begin(request);
            }

            @Override
            void ended(FileRequest<?> request) {
                request.loopEnded();
            }

            @Override
            void refused(FileRequest<?> request) {
                request.fail(request.failure(Errno.ECANCELED));
            }
        };
    }

    /** Returns the files of an event loop; may be called on any thread. */
    static LoopFiles of(IoEventLoop eventLoop) {
        LoopFiles there = OF_LOOPS.get(eventLoop);
        if (there != null) {
            return there;
        }
        LoopFiles files = new LoopFiles(eventLoop);
        LoopFiles first = OF_LOOPS.putIfAbsent(eventLoop, files);
        if (first != null) {
            return first;
        }
        // Also for a loop that never begins with files, as it is ending or has ended.
        eventLoop.terminationFuture().addListener(ended -> files.terminated());
        return files;
    }

    IoEventLoop eventLoop() {
        return eventLoop;
    }

    /** Makes a promise of the event loop; may be called on any thread. */
    <T> Promise<T> newPromise() {
        return new FilePromise<>(listeners);
    }

    /** Begins the request in its turn; may be called on any thread. */
    <T> Future<T> submit(FileRequest<T> request) {
        if (eventLoop.inEventLoop()) {
            begin(request);
        } else {
            inbox.put(request);
        }
        return request.future();
    }

    /** Begins the request; called on the loop's thread. */
    void begin(FileRequest<?> request) {
        FileQueue file = request.file;
        if (closed || !isRegistered()) {
            request.loopEnded();
            return;
        }
        request.taken(loop.receiver().counters());
        if (file.isClosing()) {
            request.fileClosed();
        } else {
            if (request.isLast()) {
                file.closing();
            }
            files.add(file);
            file.add(request);
            schedule(file);
        }
    }

    /** Registers it with the loop, if it is not yet. Returns {@code false} if the loop is ending. */
    private boolean isRegistered() {
        if (registration == null) {
            Future<IoRegistration> registered = eventLoop.register(this);
            if (!registered.isSuccess()) {
                return false;
            }
            registration = registered.getNow();
            IoUringIoHandler handler = registration.attachment();
            int result = BoundedWorkers.limit(RingFd.of(handler), MOST_WORKERS);
            if (result < 0) {
                LOGGER.debug("The kernel keeps its own limit of threads for files: {}", Errno.describe(-result));
            }
        }
        return true;
    }

    /**
     * Schedules a file for the end of the pass, where its requests begin, so that writes can be joined. The kernel
     * would not get them earlier in any case.
     */
    private void schedule(FileQueue file) {
        if (file.list()) {
            listed.add(file);
        }
        if (freeCount > 0 && !listed.isEmpty()) {
            loop.ready(this);
        }
    }

    /** Each file begins one request, and then waits for the others. */
    private void beginListed() {
        FileQueue next;
        while (freeCount > 0 && (next = listed.poll()) != null) {
            Submission request = next.begin();
            if (next.list()) {
                listed.add(next);
            }
            short id = free[--freeCount];
            begun[id] = request;
            handOver(id, request);
        }
    }

    private void handOver(short id, Submission request) {
        try {
            if (registration.submit(request.next(flags(request), id)) != 0) {
                loop.submitted();
                loop.receiver().counters().add(Counter.FILE_REQUESTS, 1);
                return;
            }
            request.loopEnded();
        } catch (Throwable e) {
            // A buffer that its owner has released once too often, or that has no memory left to be copied to.
            request.fail(e);
        }
        end(id, request);
    }

    private byte flags(Submission request) {
        int bytes = request.bytes();
        if (request.mayWait() || request.isTriedAgain() || copied + bytes > MOST_COPIED) {
            return FileOps.IOSQE_ASYNC;
        }
        copied += bytes;
        return 0;
    }

    private void end(short id, Submission request) {
        begun[id] = null;
        free[freeCount++] = id;
        FileQueue file = request.file;
        file.ended(request);
        if (!file.hasBegun() && (closed || !file.isOpen())) {
            files.remove(file);
            file.closeNow();
        }
        schedule(file);
    }

    @Override
    public void handle(IoRegistration ignored, IoEvent event) {
        IoUringIoEvent completion = (IoUringIoEvent) event;
        short id = (short) completion.userData();
        Submission request = begun[id];
        boolean over;
        try {
            over = request.complete(completion.res());
        } catch (Throwable e) {
            request.fail(e);
            over = true;
        }
        if (!over && !closed) {
            handOver(id, request);
            return;
        }
        if (!over) {
            request.loopEnded();
        }
        end(id, request);
    }

    @Override
    public void attach(Loop newLoop) {
        loop = newLoop;
        loop.add(this);
    }

    /**
     * Called when the loop is ending: the kernel's requests may still complete, all others fail, and the files are
     * closed.
     */
    @Override
    public void close() {
        closed = true;
        listed.clear();
        for (FileQueue file : files.toArray(new FileQueue[0])) {
            file.endWaiting();
            if (!file.hasBegun()) {
                file.closeNow();
                files.remove(file);
            }
        }
    }

    @Override
    public boolean isClosePending() {
        return closed && freeCount < MOST_OF_LOOP;
    }

    @Override
    public void loopEnded() {
        close();
        int left = 0;
        for (Submission request : begun) {
            if (request != null) {
                request.abandon();
                left++;
            }
        }
        if (left > 0) {
            LOGGER.warn(
                    "The kernel still has {} requests on files of an event loop that has ended. Their buffers are never"
                            + " released, as the kernel may use their memory. Most likely a disk does not answer.",
                    left);
        }
        files.forEach(FileQueue::closeNow);
        files.clear();
        endInboxes();
    }

    /** Called on another thread when the loop's thread has ended. */
    private void terminated() {
        OF_LOOPS.remove(eventLoop, this);
        endInboxes();
    }

    private void endInboxes() {
        inbox.end();
        listeners.end();
    }

    @Override
    public void endPass() {
        copied = 0;
        beginListed();
    }

    @Override
    public void fail(Throwable cause) {
        LOGGER.warn("The end of a pass failed for {}.", this, cause);
    }

    @Override
    public String toString() {
        return "Files of " + eventLoop;
    }
}
