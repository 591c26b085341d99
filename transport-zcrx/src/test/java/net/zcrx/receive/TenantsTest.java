// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.consumer.RecordedEvent;
import net.zcrx.event.TestRecording;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bounds on real sockets. */
class TenantsTest {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    private final Starvation starvation = new Starvation(MIB, true);
    private final Tenants tenants = new Tenants(starvation);
    private final List<One> ended = new ArrayList<>();
    private One free;
    private One users;

    private record One(Socket socket, List<One> ended) implements Receiver.Tenant {
        @Override
        public boolean isReceiving() {
            return true;
        }

        @Override
        public void end(IOException cause) {
            assertTrue(cause.getMessage().contains("areaBytes"));
            ended.add(this);
        }

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
        free = new One(Socket.newSocketStream(), ended);
        users = new One(Socket.newSocketStream(), ended);
        users.socket.setReceiveBufferSize(32 * KIB);
        tenants.enter(free);
        tenants.enter(users);
        tenants.enter(users);
    }

    @AfterEach
    void close() throws IOException {
        free.socket.close();
        users.socket.close();
    }

    @Test
    void shouldBoundAndLift() throws IOException {
        starvation.begin(0);
        tenants.endPass();
        // Of half of the area a quarter for each, and the kernel makes the double of what is set.
        assertEquals(128 * KIB, free.bufferBytes());
        assertTrue(free.isLocked());
        assertEquals(32 * KIB, users.bufferBytes(), "The user's own choice is the most.");
        starvation.resize(MIB / 8);
        tenants.endPass();
        assertEquals(16 * KIB, free.bufferBytes());
        assertEquals(16 * KIB, users.bufferBytes());
        starvation.end();
        starvation.liftIfCalm(TimeUnit.MINUTES.toNanos(2));
        tenants.endPass();
        assertFalse(free.isLocked());
        assertTrue(users.isLocked());
        assertEquals(32 * KIB, users.bufferBytes());
    }

    @Test
    void shouldBoundWhoComesLater() throws IOException {
        starvation.begin(0);
        tenants.endPass();
        One late = new One(Socket.newSocketStream(), ended);
        tenants.enter(late);
        assertTrue(late.isLocked());
        late.socket.close();
        tenants.leave(late);
        tenants.leave(late);
    }

    @Test
    void shouldNotMindClosedSockets() throws IOException {
        free.socket.close();
        starvation.begin(0);
        tenants.endPass();
        assertTrue(users.isLocked());
        assertEquals(32 * KIB, users.bufferBytes());
        assertNull(tenants.largest());
    }

    @Test
    void shouldEndTheOneThatHoldsMost() throws IOException {
        try (Connections connections = new Connections(1000, 30_000, 0);
                TestRecording recording = new TestRecording("ConnectionEnded")) {
            One largest = connections.accepted.get(1);
            assertSame(largest, tenants.largest());
            assertEquals(0, tenants.mostHeld());
            // As the kernel reports it, once per second.
            starvation.begin(0);
            tenants.endPass();
            assertEquals(0, tenants.mostHeld());
            starvation.begin(0);
            tenants.endPass();
            assertTrue(tenants.mostHeld() >= 30_000);
            assertEquals(List.of(), ended);
            tenants.endLargest();
            tenants.endPass();
            tenants.endPass();
            assertEquals(List.of(largest), ended);
            assertTells(recording.events(), connections.clients.get(1));
        }
    }

    private static void assertTells(List<RecordedEvent> events, java.net.Socket client) {
        assertEquals(1, events.size());
        assertEquals(client.getLocalSocketAddress().toString(), events.get(0).getString("remoteAddress"));
        assertEquals(
                client.getRemoteSocketAddress().toString().replaceFirst("^.*/", "/"),
                events.get(0).getString("localAddress"));
        assertTrue(events.get(0).getLong("held") >= 30_000);
    }

    /** Connections that have received so many bytes each, and whose sockets are tenants. */
    private final class Connections implements AutoCloseable {
        final List<One> accepted = new ArrayList<>();
        final List<java.net.Socket> clients = new ArrayList<>();
        private final Socket listener = Socket.newSocketStream();

        Connections(int... received) throws IOException {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            listener.listen(received.length);
            for (int bytes : received) {
                java.net.Socket client = new java.net.Socket(
                        InetAddress.getLoopbackAddress(),
                        listener.localAddress().getPort());
                clients.add(client);
                One one = new One(new Socket(listener.accept(new byte[25])), ended);
                accepted.add(one);
                tenants.enter(one);
                client.getOutputStream().write(new byte[bytes]);
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
            for (One one : accepted) {
                one.socket.close();
            }
            for (java.net.Socket client : clients) {
                client.close();
            }
        }
    }
}
