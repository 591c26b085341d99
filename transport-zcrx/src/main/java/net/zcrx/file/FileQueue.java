// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Promise;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;

/**
 * An open file, with the requests that the kernel does not have yet. They begin in the order in which they were made.
 */
final class FileQueue {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(FileQueue.class);
    private static final int NOT_OPEN = -1;
    /**
     * The requests of a file that the kernel has at a time: it works on one and finds the others after that. Requests
     * that wait meanwhile can be joined.
     */
    private static final int MOST_IN_TURN = 4;

    private final Path path;
    private final boolean direct;
    private final int most;
    private final Promise<Void> closed;
    private final ArrayDeque<FileRequest<?>> waiting = new ArrayDeque<>();
    private int fd = NOT_OPEN;
    private int begun;
    /** How many of these the kernel does one after the other. */
    private int inTurn;

    private boolean listed;
    /** Set when the file takes no more requests. */
    private boolean closing;

    /**
     * @param direct whether it is opened past the page cache
     * @param most requests of it that the kernel may have at a time
     * @param closed is done when the descriptor is closed
     */
    FileQueue(Path path, boolean direct, int most, Promise<Void> closed) {
        this.path = path;
        this.direct = direct;
        this.most = most;
        this.closed = closed;
    }

    /** Returns the path that was opened; any thread. */
    Path path() {
        return path;
    }

    /** Returns the promise that is done when the descriptor is closed. */
    Promise<Void> closed() {
        return closed;
    }

    boolean isDirect() {
        return direct;
    }

    int fd() {
        return fd;
    }

    /** Takes the descriptor over: it is closed when its loop ends, at the latest. */
    void opened(int descriptor) {
        fd = descriptor;
    }

    boolean isOpen() {
        return fd != NOT_OPEN;
    }

    boolean isClosing() {
        return closing;
    }

    /** Refuses all further requests: the one that closes the file is the last. */
    void closing() {
        closing = true;
    }

    /**
     * Hands the descriptor over to the caller that closes it, so that its number, which another file may soon have, is
     * not used again.
     */
    int takeDescriptor() {
        int descriptor = fd;
        fd = NOT_OPEN;
        return descriptor;
    }

    boolean hasBegun() {
        return begun > 0;
    }

    void add(FileRequest<?> request) {
        waiting.add(request);
    }

    /** Whether the next request may be handed to the kernel, and the loop does not know that yet. */
    boolean list() {
        boolean list = !listed && canBegin();
        listed |= list;
        return list;
    }

    private boolean canBegin() {
        FileRequest<?> next = waiting.peek();
        return next != null
                && begun < most
                && (begun == 0 || !next.comesAfterAll())
                && (inTurn < MOST_IN_TURN || !next.takesTurns());
    }

    /** Takes what begins, as {@link #list} has said; afterwards it may say so again. */
    Submission begin() {
        listed = false;
        Submission next = waiting.remove().joined(waiting);
        begun++;
        inTurn += next.takesTurns() ? 1 : 0;
        return next;
    }

    /** Called when the kernel has no more to do with a submission. */
    void ended(Submission submission) {
        begun--;
        inTurn -= submission.takesTurns() ? 1 : 0;
    }

    /** Fails the requests that wait, as the loop ends. */
    void endWaiting() {
        FileRequest<?> request;
        while ((request = waiting.poll()) != null) {
            request.loopEnded();
        }
    }

    /** Closes the descriptor on this thread, which may take a moment: only where the loop ends. */
    void closeNow() {
        if (isOpen()) {
            try {
                new FileDescriptor(takeDescriptor()).close();
            } catch (IOException e) {
                LOGGER.warn("Could not close {} at the end of its event loop.", path, e);
            }
        }
        closed.trySuccess(null);
    }
}
