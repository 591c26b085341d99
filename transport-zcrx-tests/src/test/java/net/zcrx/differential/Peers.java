// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** All that is at the other end in one sequence: what a channel connects to, and who connects to it. */
final class Peers implements AutoCloseable {
    /** Of each socket; enough for all the small writes of a sequence, whatever the kernel takes for its own use. */
    private static final int BUFFER = 256 * 1024;

    private final ServerSocketChannel listener;
    private final SocketChannel refusing;
    private final SocketAddress unanswering;
    private final File file;
    /** Of the connection, where there is one. */
    private Peer peer;
    /** What the sequence has the peer do before there is a connection. */
    private final List<Op> early = new ArrayList<>();

    private final List<SocketChannel> clients = new ArrayList<>();

    Peers(SocketAddress unanswering, File file) throws IOException {
        this.unanswering = unanswering;
        this.file = file;
        listener = ServerSocketChannel.open();
        listener.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
        listener.bind(loopback()).configureBlocking(false);
        // Bound, but nobody listens.
        refusing = SocketChannel.open().bind(loopback());
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    Subject.Targets targets() throws IOException {
        return new Subject.Targets(listener.getLocalAddress(), refusing.getLocalAddress(), unanswering, file);
    }

    /** Connects to the listener of the transport's. */
    void connect(SocketAddress address) throws IOException {
        SocketChannel socket = SocketChannel.open();
        socket.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
        socket.connect(address);
        begin(socket);
    }

    private void begin(SocketChannel socket) throws IOException {
        peer = new Peer(socket);
        for (Op op : early) {
            peer.act(op);
        }
        early.clear();
    }

    void act(Op op, Subject subject) throws IOException {
        if (op.kind() == Op.Kind.PEER_CONNECT || op.kind() == Op.Kind.PEER_CONNECT_AND_RESET) {
            connectToSubject((InetSocketAddress) subject.channel().localAddress(), op);
        } else if (peer == null) {
            early.add(op);
        } else {
            peer.act(op);
        }
    }

    private void connectToSubject(InetSocketAddress address, Op op) throws IOException {
        if (address == null || address.getPort() == 0) {
            return;
        }
        SocketChannel client = SocketChannel.open();
        clients.add(client);
        try {
            client.connect(address);
        } catch (IOException e) {
            // Nobody listens there any more; the same on all transports, or the trace lacks the accepted one.
            return;
        }
        if (op.kind() == Op.Kind.PEER_CONNECT_AND_RESET) {
            client.setOption(StandardSocketOptions.SO_LINGER, 0);
            client.close();
        }
    }

    /** Looks at the sockets; returns whether there was anything new. */
    boolean poll() throws IOException {
        boolean some = false;
        if (peer == null) {
            SocketChannel accepted = listener.accept();
            if (accepted != null) {
                begin(accepted);
                some = true;
            }
        }
        return some | (peer != null && peer.poll());
    }

    String state(boolean exactly) {
        return peer == null ? "no peer" : peer.state(exactly);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        refusing.close();
        if (peer != null) {
            peer.close();
        }
        for (SocketChannel client : clients) {
            client.close();
        }
    }
}
