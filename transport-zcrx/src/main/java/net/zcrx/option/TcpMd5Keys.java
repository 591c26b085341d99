// SPDX-License-Identifier: Apache-2.0
package net.zcrx.option;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.util.Map;
import java.util.Set;

/** The keys by which a socket signs what it sends to a peer, and proves what comes from it (RFC 2385). */
public final class TcpMd5Keys {
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_MD5SIG = 14;
    private static final int MAX_KEY = 80;

    // struct tcp_md5sig: a sockaddr_storage, flags, prefix, key length, interface, key.
    private static final int SIZE = 216;
    private static final int SOCKADDR_IN_ADDRESS = 4;
    private static final int SOCKADDR_IN6_ADDRESS = 8;
    private static final int KEY_LENGTH = 130;
    private static final int KEY = 136;

    private TcpMd5Keys() {}

    /**
     * Gives the socket these keys, and takes all others from it.
     *
     * @param before the peers that it has keys for now
     * @return those that it has keys for then
     * @throws IllegalArgumentException if a key is empty or too long; none is changed then
     * @throws ChannelException if the kernel refuses one
     */
    public static Set<InetAddress> replace(Socket socket, Set<InetAddress> before, Map<InetAddress, byte[]> keys) {
        keys.forEach(TcpMd5Keys::check);
        Set<InetAddress> peers = Set.copyOf(keys.keySet());
        try {
            if (!socket.isOpen()) {
                throw new ClosedChannelException();
            }
            for (InetAddress peer : before) {
                if (!peers.contains(peer)) {
                    remove(socket, peer);
                }
            }
            for (Map.Entry<InetAddress, byte[]> key : keys.entrySet()) {
                set(socket, key.getKey(), key.getValue());
            }
        } catch (IOException e) {
            throw new ChannelException(
                    "The kernel did not set TCP_MD5SIG for " + peers + " on " + socket
                            + ". It must be built with CONFIG_TCP_MD5SIG, and each peer must be of the socket's"
                            + " address family.",
                    e);
        }
        return peers;
    }

    private static void check(InetAddress peer, byte[] key) {
        if (key.length == 0 || key.length > MAX_KEY) {
            throw new IllegalArgumentException("The key of TCP_MD5SIG for " + peer + " has " + key.length
                    + " bytes but must have 1 to " + MAX_KEY + '.');
        }
    }

    private static void remove(Socket socket, InetAddress peer) {
        try {
            set(socket, peer, new byte[0]);
        } catch (IOException ignored) {
            // It had none: an accepted connection has the key of its own peer only.
        }
    }

    private static void set(Socket socket, InetAddress peer, byte[] key) throws IOException {
        boolean ipv6 = TcpSockets.isIpv6(socket);
        byte[] address = peer.getAddress();
        ByteBuffer argument = ByteBuffer.allocate(SIZE).order(ByteOrder.nativeOrder());
        argument.putShort(0, (short) (ipv6 ? TcpSockets.AF_INET6 : TcpSockets.AF_INET));
        if (!ipv6) {
            argument.position(SOCKADDR_IN_ADDRESS);
        } else if (peer instanceof Inet6Address) {
            argument.position(SOCKADDR_IN6_ADDRESS);
        } else {
            // IPv4 mapped into IPv6: the last four bytes of sixteen, after two of ones.
            argument.position(SOCKADDR_IN6_ADDRESS + 10);
            argument.putShort((short) -1);
        }
        argument.put(address);
        argument.putShort(KEY_LENGTH, (short) key.length);
        argument.position(KEY);
        argument.put(key).clear();
        socket.setRawOpt(IPPROTO_TCP, TCP_MD5SIG, argument);
    }
}
