// SPDX-License-Identifier: Apache-2.0
package net.zcrx.option;

import static net.zcrx.option.SocketConstants.IPPROTO_TCP;
import static net.zcrx.option.SocketConstants.SOL_SOCKET;

import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.Socket;
import io.netty.util.internal.CleanableDirectBuffer;
import java.io.IOException;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;

/** Makes the sockets of channels: new ones of a family, or those that somebody else has opened. */
public final class TcpSockets {
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;

    private static final int SO_TYPE = 3;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SO_PROTOCOL = 38;
    private static final int SO_DOMAIN = 39;
    private static final int SOCK_STREAM = 1;
    private static final int IPPROTO_MPTCP = 262;
    private static final int FIONBIO = 0x5421;

    private TcpSockets() {}

    /**
     * Creates a socket that does not block.
     *
     * @param family {@code null} for IPv6 with IPv4 mapped into it where the machine has it
     */
    public static Socket create(SocketProtocolFamily family) {
        if (family != null && family != SocketProtocolFamily.INET && family != SocketProtocolFamily.INET6) {
            throw new IllegalArgumentException(
                    "A TCP socket cannot be of the family " + family + ". Choose INET or INET6.");
        }
        return new OfFamily(family);
    }

    /** Netty shows the system call to subclasses only. */
    private static final class OfFamily extends Socket {
        OfFamily(SocketProtocolFamily family) {
            super(newSocketStream0(family));
        }
    }

    /**
     * The socket of a descriptor that is open already.
     *
     * @throws IllegalArgumentException if it is not a TCP socket
     * @throws ChannelException if it is not open, or not a socket
     */
    public static Socket adopt(int fd) {
        if (fd < 0) {
            throw new IllegalArgumentException("The descriptor is " + fd + " but must not be negative.");
        }
        Socket socket = socketOf(fd);
        int domain = get(socket, SO_DOMAIN);
        int protocol = get(socket, SO_PROTOCOL);
        if (domain != AF_INET && domain != AF_INET6
                || get(socket, SO_TYPE) != SOCK_STREAM
                || protocol != IPPROTO_TCP && protocol != IPPROTO_MPTCP) {
            throw new IllegalArgumentException("Descriptor " + fd + " is not a TCP socket (address family " + domain
                    + ", protocol " + protocol + "). Netty's own io_uring channels take other sockets.");
        }
        return socket;
    }

    private static Socket socketOf(int fd) {
        try {
            return new Socket(fd);
        } catch (ChannelException e) {
            throw notASocket(fd, e);
        }
    }

    private static ChannelException notASocket(int fd, Exception cause) {
        return new ChannelException("Descriptor " + fd + " is not open, or not a socket.", cause);
    }

    public static boolean isIpv6(Socket socket) {
        return get(socket, SO_DOMAIN) == AF_INET6;
    }

    public static boolean isListening(Socket socket) {
        return get(socket, SO_ACCEPTCONN) != 0;
    }

    private static int get(Socket socket, int option) {
        try {
            return socket.getIntOpt(SOL_SOCKET, option);
        } catch (IOException e) {
            throw notASocket(socket.intValue(), e);
        }
    }

    /** Makes the socket non-blocking ({@code FIONBIO} of ioctl(2)) for connect(2), which is not to wait. */
    public static void setNonBlocking(Socket socket) {
        CleanableDirectBuffer on = Buffer.allocateDirectBufferWithNativeOrder(Integer.BYTES);
        int result;
        try {
            on.buffer().putInt(0, 1);
            result = Native.ioctl(socket.intValue(), FIONBIO, Buffer.memoryAddress(on.buffer()));
        } finally {
            on.clean();
        }
        if (result < 0) {
            throw new ChannelException("Descriptor " + socket.intValue() + " could not be made non-blocking ("
                    + Errno.describe(-result) + ").");
        }
    }
}
