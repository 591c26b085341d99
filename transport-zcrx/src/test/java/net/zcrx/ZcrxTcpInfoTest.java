// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ZcrxTcpInfoTest {

    private static final int CLOSED = 7;
    private static final int ESTABLISHED = 1;
    private static final int CLOSE_WAIT = 8;

    private Socket socket;

    @BeforeEach
    void open() {
        IoUring.ensureAvailability();
        socket = Socket.newSocketStream();
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
    }

    @Test
    void shouldTellStateOfNewSocket() throws IOException {
        ZcrxTcpInfo info = ZcrxTcpInfo.read(socket);
        assertEquals(CLOSED, info.state());
        assertEquals(0, info.totalRetrans());
    }

    @Test
    void shouldTellWhatKernelKnowsOfConnection() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            socket.connect(server.getLocalSocketAddress());
            try (java.net.Socket peer = server.accept()) {
                peer.setTcpNoDelay(true);
                while (!socket.finishConnect()) {
                    Thread.onSpinWait();
                }
                ByteBuffer bytes = ByteBuffer.allocateDirect(1000);
                assertEquals(1000, socket.send(bytes, 0, 1000));
                peer.getInputStream().readNBytes(1000);
                peer.getOutputStream().write(1);

                ZcrxTcpInfo info = waitFor(ESTABLISHED);
                assertEquals(info.sndWscale(), info.rcvWscale(), "both ends are this machine");
                assertTrue(info.sndWscale() <= 14, () -> "window scale " + info.sndWscale());
                // The loopback's MTU is what its interface says; every other size follows from it.
                assertTrue(info.pmtu() >= 1500, () -> "path MTU " + info.pmtu());
                assertTrue(info.sndMss() > 0 && info.sndMss() < info.pmtu(), () -> "MSS " + info.sndMss());
                assertTrue(info.advmss() > 0 && info.advmss() < info.pmtu(), () -> "MSS " + info.advmss());
                assertTrue(info.rto() >= 1_000, () -> "retransmission timeout " + info.rto());
                assertTrue(info.rtt() > 0 && info.rtt() < info.rto(), () -> "round trip " + info.rtt());
                assertTrue(info.sndCwnd() >= 2, () -> "congestion window " + info.sndCwnd());
                assertTrue(info.rcvSpace() > 0, () -> "receive space " + info.rcvSpace());
                assertTrue(info.reordering() >= 3, () -> "reordering " + info.reordering());
                assertEquals(0, info.lastAckSent());
            }
            waitFor(CLOSE_WAIT);
        }
    }

    private ZcrxTcpInfo waitFor(int state) throws IOException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        ZcrxTcpInfo info = ZcrxTcpInfo.read(socket);
        while (info.state() != state) {
            assertTrue(System.nanoTime() - deadline < 0, "state did not become " + state + ", it is " + info.state());
            Thread.onSpinWait();
            info = ZcrxTcpInfo.read(socket);
        }
        return info;
    }

    @Test
    void shouldFailOnClosedSocket() throws IOException {
        socket.close();
        assertThrows(IOException.class, () -> ZcrxTcpInfo.read(socket));
    }
}
