package net.zcrx.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bounds on real sockets. */
class TenantsTest {
    private static final int KIB = 1024;

    private final Tenants tenants = new Tenants();
    private One free;
    private One users;

    private record One(Socket socket) implements Receiver.Tenant {
        @Override
        public boolean isReceiving() {
            return true;
        }

        @Override
        public void end(IOException cause) {}

        /** Of which the kernel makes the double. */
        int bufferBytes() throws IOException {
            return socket.getReceiveBufferSize() / 2;
        }

        boolean isLocked() throws IOException {
            return (socket.getIntOpt(1, 72) & 2) != 0;
        }
    }

    @BeforeEach
    void open() throws IOException {
        IoUring.ensureAvailability();
        free = new One(Socket.newSocketStream());
        users = new One(Socket.newSocketStream());
        users.socket.setReceiveBufferSize(32 * KIB);
        assertTrue(tenants.enter(free));
        assertTrue(tenants.enter(users));
        assertFalse(tenants.enter(users));
    }

    @AfterEach
    void close() throws IOException {
        free.socket.close();
        users.socket.close();
    }

    @Test
    void shouldBoundAndLift() throws IOException {
        tenants.bound(16 * KIB);
        assertEquals(16 * KIB, free.bufferBytes());
        assertTrue(free.isLocked());
        assertEquals(16 * KIB, users.bufferBytes());
        tenants.bound(64 * KIB);
        assertEquals(64 * KIB, free.bufferBytes());
        assertEquals(32 * KIB, users.bufferBytes(), "The user's own choice is the most.");
        tenants.bound(Starvation.UNBOUNDED);
        assertFalse(free.isLocked());
        assertTrue(users.isLocked());
        assertEquals(32 * KIB, users.bufferBytes());
    }

    @Test
    void shouldBoundWhoComesLater() throws IOException {
        tenants.bound(16 * KIB);
        One late = new One(Socket.newSocketStream());
        tenants.enter(late);
        assertEquals(16 * KIB, late.bufferBytes());
        late.socket.close();
        assertTrue(tenants.leave(late));
        assertFalse(tenants.leave(late));
    }

    @Test
    void shouldNotMindClosedSockets() throws IOException {
        free.socket.close();
        tenants.bound(16 * KIB);
        assertEquals(16 * KIB, users.bufferBytes());
        assertNull(tenants.largest());
    }
}
