package net.zcrx.receive;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import net.zcrx.receive.Receiver.Tenant;

/** The sockets of one loop that are read by one queue: bounds what they hold of its pages. On the loop's thread. */
final class Tenants {
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_MEMINFO = 55;
    private static final int SO_BUF_LOCK = 72;
    private static final int BUF_LOCK_RECEIVE = 2;
    private static final int MEMINFO_BYTES = 9 * Integer.BYTES;

    /** What the user had set SO_RCVBUF to, which is the most for that socket; {@link Integer#MAX_VALUE} if he had not. */
    private static final int FREE = Integer.MAX_VALUE;
    /** Not bounded yet. */
    private static final int UNKNOWN = 0;

    private final Map<Tenant, Integer> tenants = new HashMap<>();
    private int bound = Starvation.UNBOUNDED;

    /** True if it is new. */
    boolean enter(Tenant tenant) {
        if (tenants.putIfAbsent(tenant, UNKNOWN) != null) {
            return false;
        }
        if (bound != Starvation.UNBOUNDED) {
            apply(tenant);
        }
        return true;
    }

    /** True if it was there. */
    boolean leave(Tenant tenant) {
        return tenants.remove(tenant) != null;
    }

    int count() {
        return tenants.size();
    }

    /** Bounds all of them anew, or lifts the bounds. */
    void bound(int newBound) {
        if (newBound != bound) {
            bound = newBound;
            tenants.keySet().forEach(this::apply);
        }
    }

    private void apply(Tenant tenant) {
        Socket socket = tenant.socket();
        try {
            int own = tenants.get(tenant);
            if (own == UNKNOWN) {
                boolean users = (socket.getIntOpt(SOL_SOCKET, SO_BUF_LOCK) & BUF_LOCK_RECEIVE) != 0;
                // The kernel gives the double of what was set.
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
            // It has been closed meanwhile; or it stays as it is, and the others are bounded all the same.
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
     * The one that holds most memory with data that it cannot hand on, as something before it is missing; {@code null}
     * if none does.
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

    /** Bytes of memory that a socket holds out of order: all that is in order an armed receive has taken. */
    static long held(Tenant tenant) {
        if (tenant == null || !tenant.isReceiving()) {
            return 0;
        }
        ByteBuffer info = ByteBuffer.allocateDirect(MEMINFO_BYTES).order(ByteOrder.nativeOrder());
        try {
            tenant.socket().getRawOpt(SOL_SOCKET, SO_MEMINFO, info);
            return info.getInt(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
