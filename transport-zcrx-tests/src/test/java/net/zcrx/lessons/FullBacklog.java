// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** A listener that answers no connection attempt: its backlog is full and it never accepts. */
public final class FullBacklog implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<SocketChannel> queued = new ArrayList<>();

    public FullBacklog() throws IOException {
        // Two fill the queue of one; an attempt beyond it stays unanswered.
        boolean full = false;
        while (!full) {
            SocketChannel channel = SocketChannel.open();
            queued.add(channel);
            channel.configureBlocking(false);
            channel.connect(address());
            full = queued.size() == 3;
        }
    }

    public SocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    /** Makes room: those that queue are taken, and the kernel answers the next attempt of a peer that waits. */
    public void accept() throws IOException {
        for (int i = 0; i < 2; i++) {
            listener.accept().close();
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : queued) {
            channel.close();
        }
        listener.close();
    }
}
