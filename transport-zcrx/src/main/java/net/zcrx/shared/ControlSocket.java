// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.internal.CleanableDirectBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;

/**
 * The Unix socket of a connection: it carries {@link Message}s with their descriptors, and tells that the other process
 * has ended. It never waits, whatever the other process does to the socket's flags. Any thread, one at a time.
 */
final class ControlSocket {
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    /** There was no room for all descriptors: in the message, or in this process. */
    private static final int MSG_CTRUNC = 0x8;

    private static final int SO_PEERCRED = 17;
    private static final int CREDENTIALS_BYTES = 12;

    // A struct msghdr, with one struct iovec, a message and a struct cmsghdr behind it.
    private static final int IOV = 16;
    private static final int IOV_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int FLAGS = 48;
    private static final int HEADER_BYTES = 56;
    private static final int VECTOR = HEADER_BYTES;
    private static final int DATA = VECTOR + 16;
    /** One byte more than a message has, so that a longer one shows. */
    private static final int DATA_BYTES = 32;

    private static final int RIGHTS = DATA + DATA_BYTES;
    private static final int RIGHTS_HEADER = 16;
    private static final int RIGHTS_BYTES = RIGHTS_HEADER + Message.MAX_DESCRIPTORS * Integer.BYTES;
    private static final int BYTES = RIGHTS + RIGHTS_BYTES;

    private final Socket socket;
    private final CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(BYTES);
    private final long address = Buffer.memoryAddress(memory.buffer());
    /** {@code null} when it is closed. */
    private ByteBuffer scratch = memory.buffer();

    /** A socket that can connect or listen. */
    static Socket open() throws IOException {
        int fd = Native.domainSocket();
        if (fd < 0) {
            throw new IOException("The kernel refused a Unix socket (" + Errno.describe(-fd)
                    + "): the process has no descriptor left (ulimit -n).");
        }
        return new Socket(fd);
    }

    ControlSocket(Socket socket) {
        this.socket = socket;
    }

    int fd() {
        return socket.intValue();
    }

    /** Returns whether it was sent; not if the socket is full, or the other side is gone, or this one closed. */
    synchronized boolean send(Message message) {
        if (scratch == null) {
            return false;
        }
        scratch.clear().position(DATA);
        message.write(scratch);
        scratch.clear();
        int[] descriptors = message.descriptors();
        int rights = descriptors.length == 0 ? 0 : RIGHTS_HEADER + descriptors.length * Integer.BYTES;
        prepare(Message.BYTES, rights);
        if (rights > 0) {
            scratch.putLong(RIGHTS, rights).putInt(RIGHTS + 8, SOL_SOCKET).putInt(RIGHTS + 12, SCM_RIGHTS);
            for (int i = 0; i < descriptors.length; i++) {
                scratch.putInt(RIGHTS + RIGHTS_HEADER + i * Integer.BYTES, descriptors[i]);
            }
        }
        return Native.sendMessage(fd(), address) == Message.BYTES;
    }

    private void prepare(int bytes, int rights) {
        for (int i = 0; i < HEADER_BYTES; i += Long.BYTES) {
            scratch.putLong(i, 0);
        }
        scratch.putLong(IOV, address + VECTOR)
                .putLong(IOV_COUNT, 1)
                .putLong(CONTROL, rights == 0 ? 0 : address + RIGHTS)
                .putLong(CONTROL_LENGTH, rights)
                .putLong(VECTOR, address + DATA)
                .putLong(VECTOR + 8, bytes);
    }

    /**
     * Returns the next message, or {@code null} if there is none now; whoever takes it has its descriptors.
     *
     * @throws LiarException if it is no message
     * @throws IOException   if this process has no descriptor left for what came with it
     */
    synchronized Message receive() throws IOException {
        if (scratch == null) {
            return null;
        }
        int received = receiveNext();
        if (received == -Errno.ECONNRESET) {
            // The other side has closed with messages unread. The kernel says so once, before what it has sent.
            received = receiveNext();
        }
        if (received < 0) {
            // Why is told by a poll.
            return null;
        }
        if (received == Message.BYTES && scratch.getLong(CONTROL_LENGTH) == 0 && Message.isRing(scratch, DATA)) {
            return Message.RING;
        }
        int[] descriptors = descriptors();
        if (received == 0 && descriptors.length == 0) {
            // The end, which a poll tells; or an empty message, which says nothing.
            return null;
        }
        try {
            checkComplete(descriptors);
            return Message.read(scratch.slice(DATA, received).order(scratch.order()), descriptors);
        } catch (IOException e) {
            close(descriptors);
            throw e;
        }
    }

    private int receiveNext() {
        scratch.clear();
        prepare(DATA_BYTES, RIGHTS_BYTES);
        return Native.receiveMessage(fd(), address);
    }

    private void checkComplete(int[] descriptors) throws IOException {
        boolean truncated = (scratch.getInt(FLAGS) & MSG_CTRUNC) != 0;
        if (truncated && descriptors.length < Message.MAX_DESCRIPTORS) {
            throw new IOException("This process has no descriptor left for the memory that the process at the other end"
                    + " of a shared-memory connection sent; raise the limit (ulimit -n).");
        }
    }

    private int[] descriptors() {
        long length = scratch.getLong(CONTROL_LENGTH);
        if (length < RIGHTS_HEADER
                || scratch.getInt(RIGHTS + 8) != SOL_SOCKET
                || scratch.getInt(RIGHTS + 12) != SCM_RIGHTS) {
            return new int[0];
        }
        int[] descriptors = new int[(int) (scratch.getLong(RIGHTS) - RIGHTS_HEADER) / Integer.BYTES];
        for (int i = 0; i < descriptors.length; i++) {
            descriptors[i] = scratch.getInt(RIGHTS + RIGHTS_HEADER + i * Integer.BYTES);
        }
        return descriptors;
    }

    /** Closes descriptors that came with a message. */
    static void close(int... descriptors) {
        for (int descriptor : descriptors) {
            try {
                new FileDescriptor(descriptor).close();
            } catch (IOException e) {
                // It is closed all the same.
                continue;
            }
        }
    }

    /** Who the other process was when it connected, or began to listen. */
    ZcrxPeer peer() throws IOException {
        CleanableDirectBuffer buffer = Buffer.allocateDirectBufferWithNativeOrder(CREDENTIALS_BYTES);
        try {
            ByteBuffer credentials = buffer.buffer();
            socket.getRawOpt(SOL_SOCKET, SO_PEERCRED, credentials);
            return new ZcrxPeer(credentials.getInt(0), credentials.getInt(4), credentials.getInt(8));
        } finally {
            buffer.clean();
        }
    }

    /** The other side sees the end at once; a second call does nothing. */
    synchronized void close() {
        if (scratch != null) {
            memory.clean();
            scratch = null;
            try {
                socket.close();
            } catch (IOException e) {
                // It is closed all the same, and nobody is told by it any more.
                return;
            }
        }
    }
}
