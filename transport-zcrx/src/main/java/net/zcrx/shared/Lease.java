// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.CleanableDirectBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import net.zcrx.memory.Area;
import net.zcrx.uring.Native;

/**
 * Tells that nobody reads an area any more of those that another process has let read it, also when that process has
 * ended without a word: it may have handed buffers on. Each of them has the write end of a pipe, and this process the
 * read end, which the kernel ends with the last of them. All connections to one process share the lease of an area, so
 * that a third process needs one descriptor for it and not one per connection. Any thread.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/pipe.7.html">pipe(7)</a>
 */
final class Lease {
    private static final Map<Key, Lease> CURRENT = new HashMap<>();

    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    /** Memory to read into. Nobody writes to the pipe; a process that does so only waits longer for its own memory. */
    private static final CleanableDirectBuffer SCRATCH = Buffer.allocateDirectBufferWithNativeOrder(4096);

    private final Key key;
    private final FileDescriptor readEnd;
    private final FileDescriptor writeEnd;
    private int connections;

    /** @param process its number; 0 if it has none here, and may be any */
    private record Key(Area area, int process) {
        boolean isKnown() {
            return process != 0;
        }
    }

    private Lease(Key key) throws IOException {
        this.key = key;
        FileDescriptor[] pipe = FileDescriptor.pipe();
        readEnd = pipe[0];
        writeEnd = pipe[1];
        // Netty's has not that flag: a program that this process starts would keep the pipe.
        Native.fcntl(readEnd.intValue(), F_SETFD, FD_CLOEXEC);
        Native.fcntl(writeEnd.intValue(), F_SETFD, FD_CLOEXEC);
    }

    /**
     * Hands the lease of an area to a process, for one connection.
     *
     * @param send sends the descriptor; locked, so that nobody closes that meanwhile
     * @return {@code null} if it could not be sent
     * @throws IOException if this process has no descriptor left
     */
    static synchronized Lease grant(Area area, ZcrxPeer peer, IntPredicate send) throws IOException {
        Key key = new Key(area, peer.pid());
        Lease lease = CURRENT.get(key);
        if (lease == null) {
            lease = new Lease(key);
            if (key.isKnown()) {
                CURRENT.put(key, lease);
            }
        }
        lease.connections++;
        if (!send.test(lease.writeEnd.intValue())) {
            lease.release();
            return null;
        }
        return lease;
    }

    /** A connection has ended in whose buffers the other process may read still: new ones have another lease. */
    void retire() {
        synchronized (Lease.class) {
            CURRENT.remove(key, this);
            close(writeEnd);
        }
    }

    /** Whether no process has the lease any more; called only on a retired one. */
    boolean hasEnded() {
        try {
            ByteBuffer scratch = SCRATCH.buffer();
            return readEnd.read(scratch, 0, scratch.capacity()) < 0;
        } catch (IOException e) {
            // An open pipe has no such error, and waiting on would not remove it.
            return true;
        }
    }

    /** Called when a connection has no use for the lease any more. */
    void release() {
        synchronized (Lease.class) {
            connections--;
            if (connections == 0) {
                CURRENT.remove(key, this);
                close(writeEnd);
                close(readEnd);
            }
        }
    }

    /** Closes a descriptor; a second call does nothing. */
    private static void close(FileDescriptor descriptor) {
        try {
            descriptor.close();
        } catch (IOException e) {
            // It is closed all the same.
            return;
        }
    }
}
