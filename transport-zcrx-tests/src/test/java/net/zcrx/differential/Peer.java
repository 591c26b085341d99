// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.zip.CRC32;

/** The other end of a connection, a plain socket that does what the sequence says, on the thread that plays it. */
final class Peer implements AutoCloseable {
    private final SocketChannel socket;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
    private final CRC32 content = new CRC32();
    private long sent;
    private long received;
    private boolean stalled;
    private boolean closed;
    private String end = "";

    Peer(SocketChannel socket) throws IOException {
        this.socket = socket;
        socket.configureBlocking(false);
    }

    void act(Op op) throws IOException {
        if (closed) {
            return;
        }
        switch (op.kind()) {
            case PEER_SEND -> send(op.arg());
            case PEER_END -> socket.shutdownOutput();
            case PEER_RESET -> {
                closed = true;
                socket.setOption(StandardSocketOptions.SO_LINGER, 0);
                socket.close();
            }
            case PEER_STALL -> stalled = true;
            case PEER_GO_ON -> stalled = false;
            default -> throw new IllegalArgumentException(op.toString());
        }
    }

    private void send(int bytes) {
        ByteBuffer data = ByteBuffer.allocate(bytes);
        for (int i = 0; i < bytes; i++) {
            data.put(contentAt(sent + i));
        }
        data.flip();
        try {
            while (data.hasRemaining()) {
                if (socket.write(data) == 0) {
                    // The channel reads nothing, and the sockets are full: that is so on all transports.
                    return;
                }
            }
            sent += bytes;
        } catch (IOException e) {
            // The channel has closed; what this end sees of it, its next read tells.
            return;
        }
    }

    /** What it sends: bytes that tell their position. */
    static byte contentAt(long position) {
        return (byte) (position * 31 + (position >>> 8) * 17);
    }

    /** Takes what is there now; returns whether there was anything. */
    boolean poll() {
        boolean some = false;
        while (!stalled && !closed && end.isEmpty()) {
            buffer.clear();
            try {
                int count = socket.read(buffer);
                if (count == 0) {
                    return some;
                }
                some = true;
                if (count < 0) {
                    end = " end";
                } else {
                    received += count;
                    content.update(buffer.flip());
                }
            } catch (IOException e) {
                some = true;
                end = " reset";
            }
        }
        return some;
    }

    /**
     * What it has received, and how the connection ended.
     *
     * @param exactly whether the number of bytes is certain; it is not if a write that was under way when the channel
     *     closed could have been sent in part
     */
    String state(boolean exactly) {
        return "peer" + (exactly ? " " + received + " bytes " + Long.toHexString(content.getValue()) : "") + end;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        socket.close();
    }
}
