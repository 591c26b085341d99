// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import static net.zcrx.option.SocketConstants.SOL_SOCKET;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import net.zcrx.event.FlightRecorder;
import net.zcrx.receive.Receiver.Tenant;

/**
 * The sockets of one loop that are read from one queue: bounds the pages that they hold, when pages are short. Used on
 * the loop's thread, unless a method says otherwise.
 */
final class Tenants {
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_MEMINFO = 55;
    private static final int SO_BUF_LOCK = 72;
    private static final int BUF_LOCK_RECEIVE = 2;
    /** The offset of {@code SK_MEMINFO_RMEM_ALLOC}, which {@code socket_abi.h} asserts. */
    private static final int MEMINFO_RMEM_ALLOC = 0;

    private static final int MEMINFO_BYTES = 9 * Integer.BYTES;

    /** The user's SO_RCVBUF, which is the most for that socket; {@link Integer#MAX_VALUE} if the user has set none. */
    private static final int FREE = Integer.MAX_VALUE;
    /** The bound of a socket that has none yet. */
    private static final int UNKNOWN = 0;

    /** Passes after which to see whether the NIC has had pages for long. */
    private static final int PASSES_TO_LIFT = 4096;

    private final Starvation starvation;
    private final Map<Tenant, Integer> tenants = new HashMap<>();
    private final ByteBuffer info = ByteBuffer.allocateDirect(MEMINFO_BYTES).order(ByteOrder.nativeOrder());
    private int bound;
    private int passes;
    private volatile long mostHeld;
    private volatile boolean endsLargest;

    Tenants(Starvation starvation) {
        this.starvation = starvation;
        bound = starvation.bound();
    }

    /** Adds a socket, unless it is there already. */
    void enter(Tenant tenant) {
        if (tenants.putIfAbsent(tenant, UNKNOWN) == null) {
            starvation.enter();
            if (bound != Starvation.UNBOUNDED) {
                apply(tenant);
            }
        }
    }

    /** Removes a socket, if it is there. */
    void leave(Tenant tenant) {
        if (tenants.remove(tenant) != null) {
            starvation.leave();
        }
    }

    /** Sets the sockets' bounds by the state of the NIC's pages, at the end of a pass. */
    void endPass() {
        if (bound != starvation.bound()) {
            bound = starvation.bound();
            tenants.keySet().forEach(this::apply);
        }
        if (starvation.isStarved()) {
            mostHeld = starvation.isStalling() ? held(largest()) : 0;
        } else if (bound != Starvation.UNBOUNDED && ++passes % PASSES_TO_LIFT == 0) {
            starvation.liftIfCalm(System.nanoTime());
        }
        if (endsLargest) {
            endsLargest = false;
            end(largest());
        }
    }

    /** Returns the bytes that the largest holder held when a tie was near; any thread. */
    long mostHeld() {
        return mostHeld;
    }

    /** Makes the largest holder end; any thread. */
    void endLargest() {
        endsLargest = true;
    }

    private void end(Tenant tenant) {
        if (tenant != null) {
            FlightRecorder.connectionEnds(tenant.socket(), () -> held(tenant));
            tenant.end(new IOException("The connections of a NIC queue hold all of its receive memory with data that"
                    + " came out of order, so that what is missing finds no place. This one held most and was ended,"
                    + " for the others to go on. Give the queue more memory with areaBytes or maxAreaBytes, or the"
                    + " connections smaller windows with SO_RCVBUF."));
        }
    }

    private void apply(Tenant tenant) {
        Socket socket = tenant.socket();
        try {
            int own = tenants.get(tenant);
            if (own == UNKNOWN) {
                boolean users = (socket.getIntOpt(SOL_SOCKET, SO_BUF_LOCK) & BUF_LOCK_RECEIVE) != 0;
                // The kernel returns twice the value that was set.
                own = users ? socket.getReceiveBufferSize() / 2 : FREE;
                tenants.put(tenant, own);
            }
            if (bound != Starvation.UNBOUNDED) {
                set(socket, Math.min(own, bound));
            } else if (own != FREE) {
                set(socket, own);
            } else {
                // From here on the kernel chooses the size again.
                socket.setIntOpt(
                        SOL_SOCKET, SO_BUF_LOCK, socket.getIntOpt(SOL_SOCKET, SO_BUF_LOCK) & ~BUF_LOCK_RECEIVE);
            }
        } catch (IOException e) {
            // It has been closed meanwhile, or it stays as it is; the others are bounded all the same.
        }
    }

    private static void set(Socket socket, int bytes) throws IOException {
        try {
            socket.setIntOpt(SOL_SOCKET, SO_RCVBUFFORCE, bytes);
        } catch (IOException e) {
            // Without CAP_NET_ADMIN, which the loop may have given up, net.core.rmem_max is the most.
            socket.setReceiveBufferSize(bytes);
        }
    }

    /**
     * Returns the socket that holds most memory with data that it cannot hand on, because earlier data is missing;
     * {@code null} if none does.
     */
    Tenant largest() {
        Tenant largest = null;
        long most = 0;
        for (Tenant tenant : tenants.keySet()) {
            long held = held(tenant);
            if (held > most) {
                most = held;
                largest = tenant;
            }
        }
        return largest;
    }

    /** Returns the bytes of memory that a socket holds out of order: an armed receive has taken all data in order. */
    private long held(Tenant tenant) {
        if (tenant == null || !tenant.isReceiving()) {
            return 0;
        }
        try {
            tenant.socket().getRawOpt(SOL_SOCKET, SO_MEMINFO, info.clear());
            return info.getInt(MEMINFO_RMEM_ALLOC);
        } catch (IOException e) {
            return 0;
        }
    }
}
