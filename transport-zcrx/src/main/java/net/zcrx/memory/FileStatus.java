// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;

/**
 * The kernel's facts about an open file, whoever opened it.
 *
 * @param device with the inode, which file it is: two descriptors of one file have the same two
 * @param length in bytes
 * @param owner the user (uid) that it belongs to
 * @see <a href="https://man7.org/linux/man-pages/man2/fstat.2.html">fstat(2)</a>
 */
public record FileStatus(long device, long inode, long length, long owner) {
    private static final int BYTES = 4 * Long.BYTES;

    /**
     * Asks for that of a descriptor.
     *
     * @throws IOException if the kernel tells nothing of it
     */
    public static FileStatus of(int fd) throws IOException {
        CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(BYTES);
        try {
            ByteBuffer status = memory.buffer();
            int result = Native.status(fd, Buffer.memoryAddress(status));
            if (result < 0) {
                throw new IOException(
                        "The kernel told nothing of descriptor " + fd + " (" + Errno.describe(-result) + ").");
            }
            return new FileStatus(status.getLong(), status.getLong(), status.getLong(), status.getLong());
        } finally {
            memory.clean();
        }
    }

    public boolean isSameFile(FileStatus other) {
        return device == other.device && inode == other.inode;
    }
}
