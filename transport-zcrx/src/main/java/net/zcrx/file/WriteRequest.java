// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Promise;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.FileOps;

/** Writes a buffer, part by part, each from where the kernel has left off. */
final class WriteRequest extends FileRequest<Void> {
    /** The most pieces of a composite buffer that one part gathers. */
    private static final int MOST_VECTORS = 64;

    private static final int VECTOR_BYTES = 2 * Long.BYTES;

    private final ByteBuf buffer;
    private final long position;
    private final int start;
    private final int length;
    private int written;
    /** {@code null} until a part needs it. */
    private CleanableDirectBuffer vectors;

    /** @param buffer is in direct memory */
    WriteRequest(FileQueue file, Promise<Void> promise, ByteBuf buffer, long position) {
        super(file, promise);
        this.buffer = buffer;
        this.position = position;
        start = buffer.readerIndex();
        length = buffer.readableBytes();
    }

    @Override
    IoUringIoOps next(byte flags, short id) {
        int index = start + written;
        int part = bytes();
        long where = position + written;
        if (buffer.nioBufferCount() == 1) {
            return FileOps.write(flags, file.fd(), DirectMemory.address(buffer, index, part), part, where, id);
        }
        if (vectors == null) {
            vectors = Buffer.allocateDirectBufferWithNativeOrder(MOST_VECTORS * VECTOR_BYTES);
        }
        int count = gather(buffer.nioBuffers(index, part));
        return FileOps.writeVectors(flags, file.fd(), Buffer.memoryAddress(vectors.buffer()), count, where, id);
    }

    private int gather(ByteBuffer[] pieces) {
        ByteBuffer target = vectors.buffer();
        int count = 0;
        for (ByteBuffer piece : pieces) {
            if (piece.hasRemaining() && count < MOST_VECTORS) {
                target.putLong(count * VECTOR_BYTES, Buffer.memoryAddress(piece) + piece.position());
                target.putLong(count * VECTOR_BYTES + Long.BYTES, piece.remaining());
                count++;
            }
        }
        return count;
    }

    @Override
    int bytes() {
        return Math.min(length - written, DirectMemory.MOST_OF_PART);
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
            vectors.clean();
        }
        ReferenceCountUtil.safeRelease(buffer);
    }
}
