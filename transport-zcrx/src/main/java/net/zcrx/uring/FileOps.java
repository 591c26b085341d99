// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.internal.PlatformDependent;

/**
 * The operations of io_uring on files, and the numbers of open(2) and statx(2) that they take: the kernel's
 * {@code include/uapi/linux/io_uring.h}, {@code include/uapi/asm-generic/fcntl.h} and {@code stat.h}. All are in every
 * kernel that the transport runs on. {@code id} comes back in the completion; {@code flags} are {@code IOSQE_...}.
 *
 * <p>The part of {@code struct statx} that is read, which {@code zcrx_abi.h} of the native library asserts. A row is 16
 * bytes.
 *
 * <pre>
 *      +---------------+---------------+---------------+---------------+
 *   0  | stx_mask      | stx_blksize   | stx_attributes                |
 *  16  | stx_nlink     | stx_uid       | stx_gid       | mode  | spare |
 *  32  | stx_ino                       | stx_size                      |
 *  48  | ...                                            (to byte 256) |
 *      +---------------+---------------+---------------+---------------+
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/io_uring_enter.2.html">io_uring_enter(2)</a>
 */
public final class FileOps {
    /** Submission flag: a kernel thread does it, and the submitting thread does not try it first. */
    public static final byte IOSQE_ASYNC = 1 << 4;

    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_NOCTTY = 0x100;
    public static final int O_TRUNC = 0x200;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_DSYNC = 0x1000;
    public static final int O_SYNC = 0x101000;
    public static final int O_CLOEXEC = 0x80000;

    private static final boolean ARM = "aarch_64".equals(PlatformDependent.normalizedArch());
    /** These two have other numbers on each of the two processors. */
    public static final int O_DIRECT = ARM ? 0x10000 : 0x4000;

    public static final int O_NOFOLLOW = ARM ? 0x8000 : 0x20000;

    /** The size of {@code struct statx}. */
    public static final int STATX_BYTES = 256;

    public static final int STX_MODE = 28;
    public static final int STX_SIZE = 40;
    public static final int S_IFMT = 0xF000;
    public static final int S_IFREG = 0x8000;
    public static final int S_IFBLK = 0x6000;
    public static final int S_IFDIR = 0x4000;

    private static final byte OP_WRITEV = 2;
    private static final byte OP_FSYNC = 3;
    private static final byte OP_FALLOCATE = 17;
    private static final byte OP_OPENAT = 18;
    private static final byte OP_STATX = 21;
    private static final byte OP_READ = 22;
    private static final byte OP_WRITE = 23;
    private static final int AT_FDCWD = -100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_TYPE_AND_SIZE = 0x1 | 0x200;
    private static final int FSYNC_DATASYNC = 1;

    private FileOps() {}

    /** OPENAT of the path whose bytes, with a zero behind them, are at {@code path}; the result is a descriptor. */
    public static IoUringIoOps open(byte flags, long path, int openFlags, int mode, short id) {
        return operation(OP_OPENAT, flags, AT_FDCWD, 0, path, mode, openFlags, id);
    }

    /** STATX of an open file: its type and size, to {@link #STATX_BYTES} at {@code target}. */
    public static IoUringIoOps statx(byte flags, int fd, long emptyPath, long target, short id) {
        return operation(OP_STATX, flags, fd, target, emptyPath, STATX_TYPE_AND_SIZE, AT_EMPTY_PATH, id);
    }

    public static IoUringIoOps read(byte flags, int fd, long address, int length, long position, short id) {
        return operation(OP_READ, flags, fd, position, address, length, 0, id);
    }

    public static IoUringIoOps write(byte flags, int fd, long address, int length, long position, short id) {
        return operation(OP_WRITE, flags, fd, position, address, length, 0, id);
    }

    /** WRITEV of {@code count} vectors ({@code struct iovec}: address and length, 8 bytes each). */
    public static IoUringIoOps writeVectors(byte flags, int fd, long vectors, int count, long position, short id) {
        return operation(OP_WRITEV, flags, fd, position, vectors, count, 0, id);
    }

    /** FSYNC; without {@code metaData} only of the metadata that is needed to read the data again. */
    public static IoUringIoOps force(byte flags, int fd, boolean metaData, short id) {
        return operation(OP_FSYNC, flags, fd, 0, 0, 0, metaData ? 0 : FSYNC_DATASYNC, id);
    }

    /** FALLOCATE of mode 0: the file grows to the end of the range if it is shorter. */
    public static IoUringIoOps allocate(byte flags, int fd, long position, long length, short id) {
        return operation(OP_FALLOCATE, flags, fd, position, length, 0, 0, id);
    }

    public static IoUringIoOps close(byte flags, int fd, short id) {
        return operation(Uring.OP_CLOSE, flags, fd, 0, 0, 0, 0, id);
    }

    private static IoUringIoOps operation(
            byte opcode, byte flags, int fd, long offset, long address, int length, int opFlags, short id) {
        return new IoUringIoOps(
                opcode, flags, (short) 0, fd, offset, address, length, opFlags, (long) id, (short) 0, (short) 0, 0, 0);
    }
}
