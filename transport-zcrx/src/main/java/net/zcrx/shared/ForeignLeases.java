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
 * The {@link Lease}s that other processes have granted this one. Each is kept until all connections that it came with
 * are closed and all their buffers are released. A process that this one hands such an area on to gets them, too. Safe
 * on any thread.
 */
final class ForeignLeases {
    /** The most leases of one area that are handed on with it. */
    static final int MOST = 64;

    private static final int F_GETPIPE_SZ = 1032;

    private static final List<Held> HELD = new ArrayList<>();
    /** Incremented with each lease that is added or removed; read without the lock. */
    private static volatile long changes;

    private ForeignLeases() {}

    /** One lease, which may have come with several connections. */
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

        /** One of its connections is closed, and all buffers of that are released. */
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

    /** Takes over the descriptor of a lease that came with a connection. */
    static synchronized Held hold(Area area, int descriptor) throws IOException {
        FileStatus pipe = FileStatus.of(descriptor);
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

    /** Changes whenever {@link #of} may return something else. Takes no lock. */
    static long changes() {
        return changes;
    }

    /** All leases of an area; none if the area belongs to this process. */
    static synchronized List<Held> of(Area area) {
        return HELD.stream().filter(held -> held.area == area).toList();
    }

    /** Sends all leases of an area to another process. Returns them, or {@code null} if that is not possible now. */
    static synchronized List<Held> forward(Area area, IntPredicate send) {
        List<Held> all = of(area);
        for (Held held : all) {
            if (all.size() > MOST || !send.test(held.descriptor)) {
                return null;
            }
        }
        return all;
    }
}
