// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.internal.CleanableDirectBuffer;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import net.zcrx.memory.Area;
import net.zcrx.uring.Native;

/**
 * Shows when no other process can read an area any more. A process that was handed buffers of the area may have handed
 * them on, and may have ended without a word. So each reader has the write end of a pipe, and this process the read
 * end: the kernel reports the pipe's end once the last reader has closed or ended. All connections to one process share
 * the lease of an area, so that a third process needs one descriptor for it and not one per connection. Safe on any
 * thread.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/pipe.7.html">pipe(7)</a>
 */
final class Lease {
    private static final Map<Key, Lease> CURRENT = new HashMap<>();

    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    /** Nobody should write to the pipe. A process that does only delays the return of its own buffers. */
    private static final int SCRATCH_BYTES = 4096;

    private final Key key;
    private final FileDescriptor readEnd;
    private final FileDescriptor writeEnd;
    private int connections;

    /** @param process the process's number; 0 if it has none in this namespace, so that it may be any */
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
        // Netty does not set it: a program that this process starts would keep the pipe open.
        Native.fcntl(readEnd.intValue(), F_SETFD, FD_CLOEXEC);
        Native.fcntl(writeEnd.intValue(), F_SETFD, FD_CLOEXEC);
    }

    /**
     * Grants a process the lease of an area, for one connection.
     *
     * @param send sends the descriptor, which nobody can close meanwhile
     * @return the lease, or {@code null} if it could not be sent
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

    /** A connection has ended whose buffers may still be read: later connections get a new lease. */
    void retire() {
        synchronized (Lease.class) {
            CURRENT.remove(key, this);
            close(writeEnd);
        }
    }

    /** Whether no process has the lease any more. Only for one that was retired. */
    boolean hasEnded() {
        CleanableDirectBuffer scratch = Buffer.allocateDirectBufferWithNativeOrder(SCRATCH_BYTES);
        try {
            return readEnd.read(scratch.buffer(), 0, SCRATCH_BYTES) < 0;
        } catch (IOException e) {
            // An open pipe has no such error. Waiting for ever would not help.
            return true;
        } finally {
            scratch.clean();
        }
    }

    /** A connection does not need the lease any more. */
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

    /** Closes a descriptor; it may be closed already. */
    private static void close(FileDescriptor descriptor) {
        try {
            descriptor.close();
        } catch (IOException e) {
            // It is closed nevertheless.
            return;
        }
    }
}
