// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A client that sends exactly what it is told, byte for byte. */
public final class RawClient implements Closeable {
    private static final int SECONDS = 30;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    RawClient(ServerProcess server) throws IOException {
        this(new Socket("127.0.0.1", server.port()));
    }

    /** Sends by a socket that is connected, maybe one of TLS. */
    public RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    public RawClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    Socket socket() {
        return socket;
    }

    InputStream input() {
        return in;
    }

    /** Reads a head up to its empty line; empty at the end of the connection. */
    String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                assertEquals("", head.toString(), "The connection ended within a head");
                return "";
            }
            head.append((char) next);
        }
        return head.toString();
    }

    /** Reads one response with a Content-Length and gives back its status line and body. */
    public String response() throws IOException {
        String head = head();
        String lower = head.toLowerCase();
        int length = lower.indexOf("content-length: ");
        String body = "";
        if (length >= 0) {
            int bytes = Integer.parseInt(lower.substring(length + 16, lower.indexOf('\r', length)));
            body = new String(read(bytes), StandardCharsets.ISO_8859_1);
        }
        return head.substring(0, Math.max(0, head.indexOf('\r'))) + "\n" + body;
    }

    byte[] read(int bytes) throws IOException {
        byte[] read = in.readNBytes(bytes);
        if (read.length < bytes) {
            throw new EOFException("The connection ended after " + read.length + " of " + bytes + " bytes");
        }
        return read;
    }

    public void assertStatus(int status) throws IOException {
        String response = response();
        assertTrue(response.startsWith("HTTP/1.1 " + status + " "), response);
    }

    /** The server must end the connection, in whatever way, without another byte. */
    public void assertEnds() throws IOException {
        int next;
        try {
            next = in.read();
        } catch (IOException reset) {
            return;
        }
        assertEquals(-1, next);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
