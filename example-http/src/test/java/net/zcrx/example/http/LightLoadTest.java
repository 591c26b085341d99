// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What one request costs a server that has little to do: requests one at a time over one connection, with a pause
 * before each, so that the loop sleeps in between, and with an idle timeout, so that it has a scheduled task.
 */
class LightLoadTest {
    private static final int SECONDS = 60;
    private static final int REQUESTS = 300;
    /** Until the JIT compiler and the socket's buffers are done with it. */
    private static final int WARM_UP = 100;

    private static final long PAUSE_MILLIS = 1;
    private ServerProcess server;

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.start(TransportName.ZCRX, "--threads", "1", "--idle-timeout", "30");
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Test
    void shouldAnswerSmallRequestByTwoCalls() throws Exception {
        assertCosts(10, 2.05, 1.05, 2.1);
    }

    @Test
    void shouldAnswerRequestOfSomePacketsByTwoCalls() throws Exception {
        assertCosts(5_000, 2.05, 1.05, 2.1);
    }

    @Test
    void shouldAnswerLargeRequestByFewCalls() throws Exception {
        assertCosts(200_000, 6, 4.5, 9);
    }

    private void assertCosts(int bytes, double calls, double requests, double completions) throws Exception {
        byte[] body = new byte[bytes];
        Arrays.fill(body, (byte) 'x');
        try (Socket client = new Socket("127.0.0.1", server.port())) {
            client.setTcpNoDelay(true);
            client.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
            InputStream in = new BufferedInputStream(client.getInputStream(), 1 << 20);
            exchange(client, in, body, WARM_UP);
            try (KernelCounts kernel = new KernelCounts(server.process())) {
                exchange(client, in, body, REQUESTS);
                Map<String, Long> counts = kernel.read();
                assertAtMost(calls, KernelCounts.calls(counts), counts);
                assertAtMost(requests, KernelCounts.requests(counts), counts);
                assertAtMost(completions, KernelCounts.completions(counts), counts);
                assertTrue(KernelCounts.calls(counts) >= REQUESTS, () -> "nothing was counted: " + counts);
            }
        }
    }

    private static void assertAtMost(double most, long count, Map<String, Long> counts) {
        assertTrue(
                count <= most * REQUESTS,
                () -> "more than " + most + " for each of " + REQUESTS + " requests: " + counts);
    }

    private static void exchange(Socket client, InputStream in, byte[] body, int times) throws Exception {
        byte[] head = ("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] request = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        for (int i = 0; i < times; i++) {
            client.getOutputStream().write(request);
            skipHead(in);
            assertArrayEquals(body, in.readNBytes(body.length));
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static void skipHead(InputStream in) throws IOException {
        int newlines = 0;
        while (newlines < 2) {
            int next = in.read();
            assertTrue(next >= 0, "the server ended the connection");
            newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
        }
    }
}
