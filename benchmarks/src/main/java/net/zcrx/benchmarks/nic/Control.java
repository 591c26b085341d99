// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * The connection by which both sides agree: a line with the version from each, and then lines of JSON. Used by one
 * thread.
 */
final class Control implements Closeable {
    private static final String NAME = "zcrx-bench-nic";
    /** The version, which changes with the meaning of the messages. */
    private static final int VERSION = 1;

    private static final int GREETING_SECONDS = 10;
    /** The longest line: far more than any message takes. */
    private static final int MAX_LINE = 1 << 20;

    private static final Gson GSON = new Gson();

    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[8192];
    private int start;
    private int end;

    private Control(Socket socket) throws IOException {
        this.socket = socket;
        in = socket.getInputStream();
    }

    /**
     * Exchanges versions.
     *
     * @throws PeerException if the other side is something else, or has another version; then the socket is closed
     */
    static Control open(Socket socket) throws IOException {
        Control control = new Control(socket);
        try {
            socket.setTcpNoDelay(true);
            control.write(NAME + ' ' + VERSION);
            control.requireVersion(control.read(GREETING_SECONDS, "its version"));
            return control;
        } catch (IOException e) {
            control.close();
            throw e;
        }
    }

    private void requireVersion(String line) throws PeerException {
        if (line.equals(NAME + ' ' + VERSION)) {
            return;
        }
        if (line.startsWith(NAME + ' ')) {
            throw new PeerException("The other side (" + peer() + ") has version "
                    + line.substring(NAME.length() + 1) + " of ./zcrx bench nic, and this one version " + VERSION
                    + ". Use the same checkout on both.");
        }
        throw new PeerException("What answers at " + peer() + " is not ./zcrx bench nic.");
    }

    InetAddress localAddress() {
        return socket.getLocalAddress();
    }

    InetAddress remoteAddress() {
        return socket.getInetAddress();
    }

    private String peer() {
        return socket.getInetAddress().getHostAddress() + ':' + socket.getPort();
    }

    void send(Object message) throws PeerException {
        write(GSON.toJson(message));
    }

    private void write(String line) throws PeerException {
        try {
            socket.getOutputStream().write((line + '\n').getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw gone(e.getMessage());
        }
    }

    /**
     * Receives the next message.
     *
     * @param what is waited for, for the sentence
     * @throws PeerException if it does not come within these seconds, or is none
     */
    <T> T receive(Class<T> type, double seconds, String what) throws PeerException {
        String line = read(seconds, what);
        try {
            T message = GSON.fromJson(line, type);
            if (message != null) {
                return message;
            }
        } catch (JsonParseException e) {
            throw garbled(what, e.getMessage());
        }
        throw garbled(what, "an empty line");
    }

    private PeerException garbled(String what, String why) {
        return new PeerException("What " + peer() + " said is not understood (" + what + "): " + why
                + ". Use the same checkout on both.");
    }

    private String read(double seconds, String what) throws PeerException {
        long deadline = System.nanoTime() + (long) (seconds * 1e9);
        StringBuilder line = new StringBuilder();
        try {
            while (true) {
                for (; start < end; start++) {
                    if (buffer[start] == '\n') {
                        start++;
                        return utf8(line);
                    }
                    line.append((char) (buffer[start] & 0xff));
                }
                if (line.length() > MAX_LINE) {
                    throw new PeerException("What answers at " + peer() + " is not ./zcrx bench nic.");
                }
                fill(deadline);
            }
        } catch (SocketTimeoutException e) {
            throw new PeerException("The other side (" + peer() + ") said nothing for " + Math.round(seconds)
                    + " s; expected: " + what + ". Is it stopped, or the network gone?");
        } catch (PeerException e) {
            throw e;
        } catch (IOException e) {
            throw gone(e.getMessage());
        }
    }

    private static String utf8(StringBuilder bytes) {
        return new String(bytes.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private void fill(long deadline) throws IOException {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
        start = 0;
        end = Math.max(0, in.read(buffer));
        if (end == 0) {
            throw gone("it closed the connection");
        }
    }

    private PeerException gone(String why) {
        return new PeerException("The other side (" + peer() + ") went away: " + why + '.');
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
