// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** What programs send and compare; the last line of each that went well is {@link #SAME}. */
final class Bytes {
    /** Each program receives so many on TCP, at least. */
    static final int COUNT = 8_000_000;

    static final String SAME = "the bytes are the same";

    private Bytes() {}

    static byte[] random() {
        byte[] bytes = new byte[COUNT];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    static void compare(byte[] expected, byte[] actual) {
        if (!Arrays.equals(expected, actual)) {
            throw new IllegalStateException(actual.length + " bytes came that are not those that were sent");
        }
        System.out.println(SAME);
    }

    /** Answers each connection's first request with these bytes by HTTP; without Netty. Returns the port. */
    static int serve(byte[] body) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(() -> answer(server, body), "plain-server");
        thread.setDaemon(true);
        thread.start();
        return server.getLocalPort();
    }

    private static void answer(ServerSocket server, byte[] body) {
        while (true) {
            try (Socket connection = server.accept()) {
                InputStream in = connection.getInputStream();
                // A request without a body ends in an empty line.
                for (int end = 0; end < 4; ) {
                    end = "\r\n\r\n".charAt(end) == in.read() ? end + 1 : 0;
                }
                OutputStream out = connection.getOutputStream();
                out.write(("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                out.write(body);
                out.flush();
                connection.shutdownOutput();
                in.readAllBytes();
            } catch (IOException e) {
                // The client tells what it lacks.
            }
        }
    }
}
