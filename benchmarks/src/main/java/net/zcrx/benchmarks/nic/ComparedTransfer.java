// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import net.zcrx.benchmarks.KeyValues;
import net.zcrx.benchmarks.server.CheckedBytes;

/** Sends bytes that the server's service "check" compares. */
final class ComparedTransfer {
    private static final int CONNECT_MILLISECONDS = 10_000;
    private static final int CHUNK = 32 * 1024;

    private ComparedTransfer() {}

    /**
     * Sends them, and waits for the verdict.
     *
     * @param limitSeconds after which it is taken for stuck
     * @return how many bytes were wrong
     * @throws IOException if they do not arrive; a sentence
     */
    static long mismatches(InetAddress server, int port, long bytes, int limitSeconds) throws IOException {
        ScheduledExecutorService limit = Executors.newSingleThreadScheduledExecutor();
        long[] sent = new long[1];
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(server, port), CONNECT_MILLISECONDS);
            // A thread that is stuck in a write has no other limit.
            limit.schedule(() -> cut(socket), limitSeconds, TimeUnit.SECONDS);
            send(socket.getOutputStream(), bytes, sent);
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(limitSeconds));
            return verdict(socket);
        } catch (IOException e) {
            throw new IOException(
                    "The compared transfer to port " + port + " did not end well after " + sent[0] + " of " + bytes
                            + " bytes: " + e.getMessage()
                            + ". If small ones do, the way between the machines does not carry packets of this MTU.",
                    e);
        } finally {
            limit.shutdownNow();
        }
    }

    private static Void cut(Socket socket) throws IOException {
        socket.close();
        return null;
    }

    private static void send(OutputStream out, long bytes, long[] sent) throws IOException {
        out.write(ByteBuffer.allocate(Long.BYTES).putLong(bytes).array());
        byte[] chunk = new byte[CHUNK];
        while (sent[0] < bytes) {
            CheckedBytes.fill(chunk, sent[0]);
            int length = (int) Math.min(CHUNK, bytes - sent[0]);
            out.write(chunk, 0, length);
            sent[0] += length;
        }
    }

    private static long verdict(Socket socket) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        String line = in.readLine();
        Map<String, String> answer = KeyValues.parse(line == null ? "" : line);
        if (!answer.containsKey("mismatches")) {
            throw new IOException("the server closed the connection");
        }
        return Long.parseLong(answer.get("mismatches"));
    }
}
