// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A client of HTTP/2 that sends exactly the frames that it is told, one connection. */
final class RawStreams implements Closeable {
    /**
     * What {@link #answer} gives for a stream that the server has reset, and for one that the connection's end cut off.
     */
    static final String RESET = "reset";

    static final String END = "end";

    private static final int SECONDS = 30;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int CANCEL = 8;
    /** The most that the first byte of a length has room for. */
    private static final int SHORT = 127;

    private final Socket socket;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
    private final Map<Integer, String> answers = new HashMap<>();
    private final Map<Integer, ByteArrayOutputStream> bodies = new HashMap<>();
    /** Answers to those that were sent. */
    private int pings;

    RawStreams(ServerProcess server) throws IOException {
        socket = new Socket("127.0.0.1", server.port());
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
        in = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write(PREFACE.getBytes(StandardCharsets.US_ASCII));
        frame(SETTINGS, 0, 0, new byte[0]);
    }

    Socket socket() {
        return socket;
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream);
        socket.getOutputStream().write(frame.put(payload).array());
    }

    /** Begins a stream by a request whose body follows. */
    RawStreams request(int stream, String method, String path, String... more) throws IOException {
        return head(stream, END_HEADERS, method, path, more);
    }

    /** A request without a body. */
    RawStreams get(int stream, String method, String path) throws IOException {
        return head(stream, END_HEADERS | END_STREAM, method, path);
    }

    private RawStreams head(int stream, int flags, String method, String path, String... more) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        field(block, ":method", method);
        field(block, ":scheme", "http");
        field(block, ":path", path);
        field(block, ":authority", "test");
        for (int i = 0; i < more.length; i += 2) {
            field(block, more[i], more[i + 1]);
        }
        frame(HEADERS, flags, stream, block.toByteArray());
        return this;
    }

    /** A literal that is neither indexed nor compressed (RFC 7541, 6.2.2). */
    private static void field(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        string(block, name);
        string(block, value);
    }

    private static void string(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        block.write(Math.min(bytes.length, SHORT));
        if (bytes.length >= SHORT) {
            int rest = bytes.length - SHORT;
            while (rest > SHORT) {
                block.write(rest & SHORT | SHORT + 1);
                rest >>= 7;
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    RawStreams data(int stream, byte[] bytes) throws IOException {
        frame(DATA, 0, stream, bytes);
        return this;
    }

    RawStreams lastData(int stream, byte[] bytes) throws IOException {
        frame(DATA, END_STREAM, stream, bytes);
        return this;
    }

    RawStreams reset(int stream) throws IOException {
        frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, CANCEL});
        return this;
    }

    /** The status of a stream's response, or how the stream ended without one. */
    String answer(int stream) throws Exception {
        while (!answers.containsKey(stream) && receive()) {
            continue;
        }
        return answers.getOrDefault(stream, END);
    }

    /** What has come of a response's body when as many bytes are there, or the connection ends. */
    byte[] body(int stream, int bytes) throws Exception {
        ByteArrayOutputStream body = bodies.computeIfAbsent(stream, none -> new ByteArrayOutputStream());
        while (body.size() < bytes && receive()) {
            continue;
        }
        return body.toByteArray();
    }

    /** Receives all that the server has sent by now. */
    void ping() throws Exception {
        frame(PING, 0, 0, new byte[Long.BYTES]);
        int before = pings;
        while (pings == before) {
            if (!receive()) {
                throw new EOFException("The server has ended the connection.");
            }
        }
    }

    /** Takes one frame. Returns whether there was one. */
    private boolean receive() throws Exception {
        byte[] payload;
        int type;
        int stream;
        try {
            int lengthAndType = in.readInt();
            type = lengthAndType & 0xff;
            in.readByte();
            stream = in.readInt();
            payload = new byte[lengthAndType >>> 8];
            in.readFully(payload);
        } catch (EOFException | SocketException end) {
            return false;
        }
        if (type == HEADERS) {
            String status = decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(payload))
                    .status()
                    .toString();
            answers.put(stream, status);
        } else if (type == RST_STREAM) {
            answers.put(stream, RESET);
        } else if (type == PING) {
            pings++;
        } else if (type == DATA) {
            bodies.computeIfAbsent(stream, none -> new ByteArrayOutputStream()).writeBytes(payload);
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
