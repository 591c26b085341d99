// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import net.zcrx.memory.Area;
import net.zcrx.memory.FileStatus;
import net.zcrx.uring.Native;

/**
 * The {@link Lease}s that this process has of areas of others: it keeps each as long as a connection that brought it is
 * there, or a buffer of such a connection. Whoever is handed such an area on gets them, too. Any thread.
 */
final class ForeignLeases {
    /** The most leases of an area that are handed on with it. */
    static final int MOST = 64;

    private static final int F_GETPIPE_SZ = 1032;

    private static final List<Held> HELD = new ArrayList<>();
    /** Grows with each lease that comes or goes; read without the lock. */
    private static volatile long changes;

    private ForeignLeases() {}

    /** One lease, which may have arrived over several connections. */
    static final class Held {
        private final Area area;
        private final int descriptor;
        private final FileStatus pipe;
        private int connections;

        private Held(Area area, int descriptor, FileStatus pipe) {
            this.area = area;
            this.descriptor = descriptor;
            this.pipe = pipe;
        }

        /** Nothing that this connection brought is read any more. */
        void release() {
            synchronized (ForeignLeases.class) {
                connections--;
                if (connections == 0) {
                    HELD.remove(this);
                    changes++;
                    ControlSocket.close(descriptor);
                }
            }
        }
    }

    /** Whether a descriptor can be a lease. */
    static boolean isPipe(int descriptor) {
        return Native.fcntl(descriptor, F_GETPIPE_SZ, 0) > 0;
    }

    /** Takes the descriptor of a lease that a connection brought, and closes it if this fails. */
    static synchronized Held hold(Area area, int descriptor) throws IOException {
        FileStatus pipe;
        try {
            pipe = FileStatus.of(descriptor);
        } catch (IOException e) {
            ControlSocket.close(descriptor);
            throw e;
        }
        for (Held held : HELD) {
            if (held.area == area && held.pipe.isSameFile(pipe)) {
                ControlSocket.close(descriptor);
                held.connections++;
                return held;
            }
        }
        Held held = new Held(area, descriptor, pipe);
        held.connections = 1;
        HELD.add(held);
        changes++;
        return held;
    }

    /** Tells, without a lock, whether {@link #of} may have another answer now. */
    static long changes() {
        return changes;
    }

    /** Returns all leases of an area; none if the area belongs to this process. */
    static synchronized List<Held> of(Area area) {
        return HELD.stream().filter(held -> held.area == area).toList();
    }

    /** Hands all leases of an area on; returns them, or {@code null} if that cannot be done now. */
    static synchronized List<Held> forward(Area area, IntPredicate send) {
        List<Held> all = of(area);
        for (Held held : all) {
            if (!send.test(held.descriptor)) {
                return null;
            }
        }
        return all;
    }
}
