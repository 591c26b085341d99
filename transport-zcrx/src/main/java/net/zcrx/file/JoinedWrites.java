// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.uring.IoUringIoOps;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import net.zcrx.uring.FileOps;

/**
 * Writes that lie side by side in a file, each beginning where the one before ends, as one request: each costs the
 * kernel a hand-over to a thread and back. Yet each succeeds or fails for itself.
 */
final class JoinedWrites extends Submission {
    /**
     * The most bytes of one request: so many that the hand-over costs little beside the copy, and so few that other
     * files have their turn soon.
     */
    private static final int MOST_BYTES = 256 * 1024;

    private final ArrayDeque<WriteRequest> writes = new ArrayDeque<>();
    private final Vectors vectors = new Vectors();

    private JoinedWrites(FileQueue file) {
        super(file);
    }

    /** Takes the writes that can be joined to the first one from those that wait behind it. */
    static Submission of(WriteRequest first, ArrayDeque<FileRequest<?>> waiting) {
        JoinedWrites joined = null;
        WriteRequest last = first;
        int bytes = first.bytes();
        while (waiting.peek() instanceof WriteRequest next && next.follows(last) && bytes + next.left() <= MOST_BYTES) {
            if (joined == null) {
                joined = new JoinedWrites(first.file);
                joined.writes.add(first);
            }
            waiting.remove();
            joined.writes.add(next);
            bytes += next.left();
            last = next;
        }
        return joined == null ? first : joined;
    }

    @Override
    IoUringIoOps next(byte flags, short id) {
        vectors.clear();
        writes.forEach(write -> write.gather(vectors));
        long position = writes.element().nextPosition();
        return FileOps.writeVectors(flags, file.fd(), vectors.address(), vectors.count(), position, id);
    }

    @Override
    int bytes() {
        int bytes = 0;
        for (WriteRequest write : writes) {
            bytes += write.left();
        }
        return bytes;
    }

    @Override
    boolean takesTurns() {
        return true;
    }

    @Override
    boolean advance(int result) {
        if (result == 0) {
            return failed(0);
        }
        int left = result;
        while (left > 0) {
            WriteRequest first = writes.element();
            int part = Math.min(left, first.left());
            left -= part;
            if (part == first.left()) {
                writes.remove();
            }
            first.advance(part);
        }
        return isOver();
    }

    /** The first one has; those behind it are tried without it. */
    @Override
    boolean failed(int errno) {
        writes.remove().failed(errno);
        return isOver();
    }

    private boolean isOver() {
        if (writes.isEmpty()) {
            vectors.free();
        }
        return writes.isEmpty();
    }

    @Override
    void fail(Throwable cause) {
        end(write -> write.fail(cause));
    }

    @Override
    void loopEnded() {
        end(WriteRequest::loopEnded);
    }

    private void end(Consumer<WriteRequest> how) {
        vectors.free();
        WriteRequest write;
        while ((write = writes.poll()) != null) {
            how.accept(write);
        }
    }

    @Override
    void abandon() {
        writes.forEach(WriteRequest::abandon);
    }
}
