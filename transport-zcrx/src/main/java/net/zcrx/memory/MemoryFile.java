// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;

/**
 * A file in memory ({@code memfd_create(2)}) that another process can map. Its length never changes once it is sealed,
 * so that no access to a mapping of it can fail.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/memfd_create.2.html">memfd_create(2)</a>
 */
public final class MemoryFile {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(MemoryFile.class);

    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;
    private static final int SEAL_SEAL = 1;
    private static final int SEAL_SHRINK = 1 << 1;
    private static final int SEAL_GROW = 1 << 2;
    /** Mappings that can write are there already or never (Linux 5.1). */
    private static final int SEAL_FUTURE_WRITE = 1 << 4;

    private final int fd;
    private final FileStatus status;
    private int seals;

    private MemoryFile(int fd, int seals, FileStatus status) {
        this.fd = fd;
        this.seals = seals;
        this.status = status;
    }

    /**
     * Creates a file of zeroes.
     *
     * @throws IOException if the system has no descriptor or no memory for it
     */
    public static MemoryFile create(long length, int flags) throws IOException {
        int fd = Native.memoryFile(length, flags);
        if (fd < 0) {
            throw new IOException("The kernel refused a memory file of " + length + " bytes (" + Errno.describe(-fd)
                    + "): the process has no descriptor left (ulimit -n) or the system no memory.");
        }
        return of(fd);
    }

    /**
     * Takes a descriptor, also one that another process sent, and closes it if this fails.
     *
     * @throws IOException if the kernel tells nothing of it
     */
    public static MemoryFile of(int fd) throws IOException {
        // Before its length, which whoever made it may change until it is sealed. A file of another kind has no
        // seals, and the kernel says EINVAL.
        int seals = Math.max(0, Native.fcntl(fd, F_GET_SEALS, 0));
        try {
            return new MemoryFile(fd, seals, FileStatus.of(fd));
        } catch (IOException e) {
            new FileDescriptor(fd).close();
            throw e;
        }
    }

    public int fd() {
        return fd;
    }

    /** Its length in bytes when it was created or taken. */
    public long length() {
        return status.length();
    }

    /** The user (uid) that created it. */
    public long owner() {
        return status.owner();
    }

    /** Whether it is the same file, by whatever descriptor. */
    @Override
    public boolean equals(Object other) {
        return other instanceof MemoryFile file && status.isSameFile(file.status);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(31 * status.device() + status.inode());
    }

    /** Fixes the length until the file ends. */
    public void sealLength() throws IOException {
        seal(SEAL_SHRINK | SEAL_GROW | SEAL_SEAL);
    }

    /** Fixes the length, and lets nobody write that does not have it mapped already. */
    public void sealWrites() throws IOException {
        seal(SEAL_SHRINK | SEAL_GROW | SEAL_FUTURE_WRITE | SEAL_SEAL);
    }

    private void seal(int more) throws IOException {
        int result = Native.fcntl(fd, F_ADD_SEALS, more);
        if (result < 0) {
            throw new IOException("The kernel refused to seal a memory file (" + Errno.describe(-result) + ").");
        }
        seals |= more;
    }

    /** Whether nobody can shorten it: then each byte of a mapping can be read at any time. */
    public boolean hasFixedLength() {
        return (seals & SEAL_SHRINK) != 0;
    }

    /** Whether nobody can write to it that did not have it mapped when it was sealed. */
    public boolean hasFixedWriter() {
        return (seals & SEAL_FUTURE_WRITE) != 0;
    }

    /** Closes the descriptor; mappings stay. */
    public void close() {
        try {
            new FileDescriptor(fd).close();
        } catch (IOException e) {
            LOGGER.debug("A memory file was closed with an error.", e);
        }
    }
}
