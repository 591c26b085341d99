// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.Promise;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.uring.FileOps;
import net.zcrx.uring.Native;

/** Opens a file, and looks whether it is one: open, statx, and close if it is none. */
final class OpenRequest extends FileRequest<ZcrxFile> {
    /** The mode of new files, the same as the JDK's: less the process's umask. */
    private static final int MODE = 0666;

    private enum Step {
        OPEN,
        LOOK,
        CLOSE
    }

    private final LoopFiles files;
    private final int openFlags;
    /** The path with a zero behind it; then an empty path and what statx says. */
    private final CleanableDirectBuffer memory;

    private final int pathBytes;
    private Step step = Step.OPEN;
    private Throwable refusal;

    OpenRequest(LoopFiles files, FileQueue file, Promise<ZcrxFile> promise, byte[] path, int openFlags) {
        super(file, promise);
        this.files = files;
        this.openFlags = openFlags;
        // At a multiple of what statx writes in one piece.
        pathBytes = (path.length + 2 * Long.BYTES) & -Long.BYTES;
        memory = Buffer.allocateDirectBufferWithNativeOrder(pathBytes + FileOps.STATX_BYTES);
        ByteBuffer bytes = memory.buffer();
        for (int i = 0; i < pathBytes; i++) {
            bytes.put(i, i < path.length ? path[i] : 0);
        }
    }

    @Override
    IoUringIoOps next(byte flags, short id) {
        long path = Buffer.memoryAddress(memory.buffer());
        return switch (step) {
            case OPEN -> FileOps.open(flags, path, openFlags, MODE, id);
            // The last byte before the answer is zero: a path without a name.
            case LOOK -> FileOps.statx(flags, file.fd(), path + pathBytes - 1, path + pathBytes, id);
            case CLOSE -> FileOps.close(flags, file.takeDescriptor(), id);
        };
    }

    @Override
    Counter counter() {
        return Counter.FILE_OPENS;
    }

    @Override
    boolean mayWait() {
        return true;
    }

    @Override
    boolean complete(int result) {
        if (step == Step.CLOSE) {
            fail(refusal);
            return true;
        }
        if (step == Step.LOOK && result < 0) {
            return closeFor(failure(-result));
        }
        return super.complete(result);
    }

    @Override
    boolean advance(int result) {
        if (step == Step.OPEN) {
            file.opened(result);
            // Else a read or write that would have to wait fails, and is not left to a kernel thread.
            Native.setBlocking(result);
            step = Step.LOOK;
            // A path that was created is a regular file.
            return (openFlags & FileOps.O_EXCL) != 0 && finish();
        }
        int kind = memory.buffer().getShort(pathBytes + FileOps.STX_MODE) & FileOps.S_IFMT;
        if (kind != FileOps.S_IFREG && kind != FileOps.S_IFBLK) {
            return closeFor(Failures.ofKind(file.path(), kind == FileOps.S_IFDIR));
        }
        return finish();
    }

    private boolean finish() {
        succeed(new ZcrxFile(files, file));
        return true;
    }

    private boolean closeFor(Throwable cause) {
        refusal = cause;
        step = Step.CLOSE;
        return false;
    }

    @Override
    Throwable failure(int errno) {
        return Failures.ofOpen(file.path(), file.isDirect(), errno);
    }

    @Override
    void free() {
        memory.clean();
    }
}
