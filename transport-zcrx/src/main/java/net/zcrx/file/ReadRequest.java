// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.buffer.ByteBuf;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Promise;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.FileOps;

/** Fills the writable bytes of a buffer, part by part, until the file ends. */
final class ReadRequest extends FileRequest<Integer> {
    private final ByteBuf target;
    /** Memory that the kernel writes to: the target itself if that is one piece of direct memory. */
    private final ByteBuf memory;

    private final long position;
    private final int start;
    private final int length;
    private int read;

    /** @param target the buffer to fill, retained until the request has ended */
    ReadRequest(FileQueue file, Promise<Integer> promise, ByteBuf target, long position) {
        super(file, promise);
        this.position = position;
        length = target.writableBytes();
        boolean inPlace = target.isDirect() && target.nioBufferCount() == 1;
        memory = inPlace ? target : target.alloc().directBuffer(Math.max(1, length));
        start = inPlace ? target.writerIndex() : 0;
        // Last, as there may be no memory.
        this.target = target.retain();
    }

    @Override
    IoUringIoOps next(byte flags, short id) {
        int part = bytes();
        return FileOps.read(
                flags, file.fd(), DirectMemory.address(memory, start + read, part), part, position + read, id);
    }

    @Override
    int bytes() {
        return Math.min(length - read, DirectMemory.MOST_OF_PART);
    }

    @Override
    Counter counter() {
        return Counter.FILE_READS;
    }

    @Override
    boolean advance(int result) {
        read += result;
        count(Counter.FILE_READ_BYTES, result);
        if (result > 0 && read < length) {
            return false;
        }
        if (memory == target) {
            target.writerIndex(start + read);
        } else {
            target.writeBytes(memory, 0, read);
        }
        succeed(read);
        return true;
    }

    @Override
    Throwable failure(int errno) {
        return Failures.of("read", file, position, length, read, errno);
    }

    @Override
    void free() {
        if (memory != target) {
            ReferenceCountUtil.safeRelease(memory);
        }
        ReferenceCountUtil.safeRelease(target);
    }
}
