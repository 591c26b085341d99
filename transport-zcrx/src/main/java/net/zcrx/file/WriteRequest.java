// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.buffer.ByteBuf;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Promise;
import java.util.ArrayDeque;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.DirectAddress;
import net.zcrx.uring.FileOps;

/** Writes a buffer, part by part, each from where the kernel has left off. */
final class WriteRequest extends FileRequest<Void> {
    private final ByteBuf buffer;
    private final long position;
    private final int start;
    private final int length;
    private int written;
    /** The vectors; {@code null} until a part needs them. */
    private Vectors vectors;

    /** @param buffer the bytes to write, in direct memory */
    WriteRequest(FileQueue file, Promise<Void> promise, ByteBuf buffer, long position) {
        super(file, promise);
        this.buffer = buffer;
        this.position = position;
        start = buffer.readerIndex();
        length = buffer.readableBytes();
    }

    /** Whether it goes on where the other ends. */
    boolean follows(WriteRequest before) {
        return length > 0 && position == before.position + before.length && buffer.refCnt() > 0;
    }

    /** Returns the position in the file at which the kernel has to go on. */
    long nextPosition() {
        return position + written;
    }

    /** Bytes that are not written yet. */
    int left() {
        return length - written;
    }

    @Override
    Submission joined(ArrayDeque<FileRequest<?>> waiting) {
        // One whose owner has released it meanwhile fails alone.
        return takesTurns() && buffer.refCnt() > 0 ? JoinedWrites.of(this, waiting) : this;
    }

    @Override
    boolean takesTurns() {
        return !file.isDirect();
    }

    @Override
    IoUringIoOps next(byte flags, short id) {
        if (buffer.nioBufferCount() == 1) {
            int part = bytes();
            long address = DirectAddress.of(buffer, start + written, part);
            return FileOps.write(flags, file.fd(), address, part, nextPosition(), id);
        }
        if (vectors == null) {
            vectors = new Vectors();
        }
        vectors.clear();
        gather(vectors);
        return FileOps.writeVectors(flags, file.fd(), vectors.address(), vectors.count(), nextPosition(), id);
    }

    /** Adds the bytes that are to be written next. */
    void gather(Vectors all) {
        int index = start + written;
        int part = bytes();
        if (buffer.nioBufferCount() == 1) {
            all.add(DirectAddress.of(buffer, index, part), part);
        } else {
            all.add(buffer.nioBuffers(index, part));
        }
    }

    @Override
    int bytes() {
        return Math.min(left(), DirectMemory.MOST_OF_PART);
    }

    @Override
    Counter counter() {
        return Counter.FILE_WRITES;
    }

    @Override
    boolean advance(int result) {
        if (result == 0 && length > 0) {
            fail(failure(0));
            return true;
        }
        written += result;
        count(Counter.FILE_WRITTEN_BYTES, result);
        if (written < length) {
            return false;
        }
        succeed(null);
        return true;
    }

    @Override
    Throwable failure(int errno) {
        return Failures.of("written", file, position, length, written, errno);
    }

    @Override
    void free() {
        if (vectors != null) {
            vectors.free();
        }
        ReferenceCountUtil.safeRelease(buffer);
    }
}
