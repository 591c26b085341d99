// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.internal.CleanableDirectBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import net.zcrx.uring.Errno;
import net.zcrx.uring.MessageAbi;
import net.zcrx.uring.Native;

/**
 * The Unix socket of a connection. It carries {@link Message}s with their descriptors, and reports the end of the other
 * process. No call blocks, whatever the other process does to the socket's flags. Safe on any thread.
 */
final class ControlSocket {
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    /** The kernel could not deliver all descriptors: the message or this process had no room for them. */
    private static final int MSG_CTRUNC = 0x8;

    // Option of the socket, and its value: a struct ucred, which socket_abi.h asserts.
    private static final int SO_PEERCRED = 17;
    private static final int UCRED_PID = 0;
    private static final int UCRED_UID = 4;
    private static final int UCRED_GID = 8;
    private static final int UCRED_BYTES = 12;

    // Parts of the memory: a struct msghdr, its only struct iovec, a message, a struct cmsghdr, descriptors.
    private static final int HEADER = 0;
    private static final int VECTOR = HEADER + MessageAbi.MSGHDR_BYTES;
    private static final int DATA = VECTOR + MessageAbi.IOVEC_BYTES;
    /** More than a message has, so that a longer one is noticed. */
    private static final int DATA_BYTES = 32;

    private static final int CONTROL = DATA + DATA_BYTES;
    private static final int DESCRIPTORS = CONTROL + MessageAbi.CMSGHDR_BYTES;
    private static final int BYTES = DESCRIPTORS + Message.MAX_DESCRIPTORS * Integer.BYTES;
    private static final int CONTROL_BYTES = BYTES - CONTROL;

    private final Socket socket;
    private final CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(BYTES);
    private final long address = Buffer.memoryAddress(memory.buffer());
    /** The socket's memory; {@code null} when the socket is closed. */
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

    /** Returns whether it was sent. It is not if the socket is full or closed, or if the other side is gone. */
    synchronized boolean send(Message message) {
        if (scratch == null) {
            return false;
        }
        scratch.clear().position(DATA);
        message.write(scratch);
        scratch.clear();
        int[] descriptors = message.descriptors();
        int control = descriptors.length == 0 ? 0 : MessageAbi.CMSGHDR_BYTES + descriptors.length * Integer.BYTES;
        prepare(Message.BYTES, control);
        if (control > 0) {
            scratch.putLong(CONTROL + MessageAbi.CMSG_LEN, control)
                    .putInt(CONTROL + MessageAbi.CMSG_LEVEL, SOL_SOCKET)
                    .putInt(CONTROL + MessageAbi.CMSG_TYPE, SCM_RIGHTS);
            for (int i = 0; i < descriptors.length; i++) {
                scratch.putInt(DESCRIPTORS + i * Integer.BYTES, descriptors[i]);
            }
        }
        return Native.sendMessage(fd(), address, 0) == Message.BYTES;
    }

    /** Writes the header of a message of so many bytes, and so many bytes of control data; 0 if it has none. */
    private void prepare(int bytes, int control) {
        for (int i = 0; i < MessageAbi.MSGHDR_BYTES; i += Long.BYTES) {
            scratch.putLong(HEADER + i, 0);
        }
        scratch.putLong(HEADER + MessageAbi.MSG_IOV, address + VECTOR)
                .putLong(HEADER + MessageAbi.MSG_IOVLEN, 1)
                .putLong(HEADER + MessageAbi.MSG_CONTROL, control == 0 ? 0 : address + CONTROL)
                .putLong(HEADER + MessageAbi.MSG_CONTROLLEN, control)
                .putLong(VECTOR + MessageAbi.IOV_BASE, address + DATA)
                .putLong(VECTOR + MessageAbi.IOV_LEN, bytes);
    }

    private long controlLength() {
        return scratch.getLong(HEADER + MessageAbi.MSG_CONTROLLEN);
    }

    /**
     * Returns the next message, or {@code null} if there is none now. The caller owns its descriptors.
     *
     * @throws RuleViolationException if the received bytes are no message
     * @throws IOException if this process has no descriptor left for those of the message
     */
    synchronized Message receive() throws IOException {
        if (scratch == null) {
            return null;
        }
        int received = receiveNext();
        if (received == -Errno.ECONNRESET) {
            // The other side closed without reading all messages. The kernel reports that once, before the messages
            // that it sent.
            received = receiveNext();
        }
        if (received < 0) {
            // A poll reports the reason.
            return null;
        }
        if (received == Message.BYTES && controlLength() == 0 && Message.isRing(scratch, DATA)) {
            return Message.RING;
        }
        int[] descriptors = descriptors();
        if (received == 0 && descriptors.length == 0) {
            // Either the end, which a poll reports, or an empty message, which means nothing.
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
        prepare(DATA_BYTES, CONTROL_BYTES);
        return Native.receiveMessage(fd(), address);
    }

    private void checkComplete(int[] descriptors) throws IOException {
        boolean truncated = (scratch.getInt(HEADER + MessageAbi.MSG_FLAGS) & MSG_CTRUNC) != 0;
        if (truncated && descriptors.length < Message.MAX_DESCRIPTORS) {
            throw new IOException("This process has no descriptor left for the memory that the process at the other end"
                    + " of a shared-memory connection sent; raise the limit (ulimit -n).");
        }
    }

    private int[] descriptors() {
        if (controlLength() < MessageAbi.CMSGHDR_BYTES
                || scratch.getInt(CONTROL + MessageAbi.CMSG_LEVEL) != SOL_SOCKET
                || scratch.getInt(CONTROL + MessageAbi.CMSG_TYPE) != SCM_RIGHTS) {
            return new int[0];
        }
        long bytes = scratch.getLong(CONTROL + MessageAbi.CMSG_LEN) - MessageAbi.CMSGHDR_BYTES;
        int[] descriptors = new int[(int) bytes / Integer.BYTES];
        for (int i = 0; i < descriptors.length; i++) {
            descriptors[i] = scratch.getInt(DESCRIPTORS + i * Integer.BYTES);
        }
        return descriptors;
    }

    /** Closes descriptors that came with a message. */
    static void close(int... descriptors) {
        for (int descriptor : descriptors) {
            try {
                new FileDescriptor(descriptor).close();
            } catch (IOException e) {
                // The descriptor is closed nevertheless.
                continue;
            }
        }
    }

    /** The other process as it was when it connected or began to listen. */
    ZcrxPeer peer() throws IOException {
        CleanableDirectBuffer buffer = Buffer.allocateDirectBufferWithNativeOrder(UCRED_BYTES);
        try {
            ByteBuffer credentials = buffer.buffer();
            socket.getRawOpt(SOL_SOCKET, SO_PEERCRED, credentials);
            return new ZcrxPeer(
                    credentials.getInt(UCRED_PID), credentials.getInt(UCRED_UID), credentials.getInt(UCRED_GID));
        } finally {
            buffer.clean();
        }
    }

    /** Closes the socket, which the other side sees at once. A second call does nothing. */
    synchronized void close() {
        if (scratch != null) {
            memory.clean();
            scratch = null;
            try {
                socket.close();
            } catch (IOException e) {
                // It is closed nevertheless, and nobody depends on it any more.
                return;
            }
        }
    }
}
