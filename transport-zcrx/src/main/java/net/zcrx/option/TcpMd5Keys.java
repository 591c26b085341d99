// SPDX-License-Identifier: Apache-2.0
package net.zcrx.option;

import static net.zcrx.option.SocketConstants.IPPROTO_TCP;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.util.Map;
import java.util.Set;

/**
 * The keys by which a socket signs data that it sends to a peer, and proves data that it receives from it (RFC 2385).
 * {@code socket_abi.h} of the native library asserts the layout.
 *
 * <pre>
 *      struct tcp_md5sig, include/uapi/linux/tcp.h
 *        0  tcpm_addr       struct sockaddr_storage, 128 bytes: the peer
 *      128  tcpm_flags      u8
 *      129  tcpm_prefixlen  u8
 *      130  tcpm_keylen     u16
 *      132  tcpm_ifindex    int
 *      136  tcpm_key        80 bytes
 * </pre>
 */
public final class TcpMd5Keys {
    /** {@code EpollChannelOption}'s constant: constants are pooled by name. */
    public static final ChannelOption<Map<InetAddress, byte[]>> OPTION = ChannelOption.valueOf("TCP_MD5SIG");

    private static final int TCP_MD5SIG = 14;
    private static final int MAX_KEY = 80;

    private static final int SS_FAMILY = 0;
    private static final int SIN_ADDR = 4;
    private static final int SIN6_ADDR = 8;
    /** The offset of an IPv4 address in an IPv6 one that it is mapped into, behind two bytes of ones. */
    private static final int SIN6_ADDR_MAPPED = SIN6_ADDR + 12;

    private static final int TCPM_KEYLEN = 130;
    private static final int TCPM_KEY = 136;
    private static final int TCP_MD5SIG_BYTES = 216;

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
        ByteBuffer argument = ByteBuffer.allocate(TCP_MD5SIG_BYTES).order(ByteOrder.nativeOrder());
        argument.putShort(SS_FAMILY, (short) (ipv6 ? TcpSockets.AF_INET6 : TcpSockets.AF_INET));
        if (!ipv6) {
            argument.position(SIN_ADDR);
        } else if (peer instanceof Inet6Address) {
            argument.position(SIN6_ADDR);
        } else {
            argument.putShort(SIN6_ADDR_MAPPED - Short.BYTES, (short) -1);
            argument.position(SIN6_ADDR_MAPPED);
        }
        argument.put(address);
        argument.putShort(TCPM_KEYLEN, (short) key.length);
        argument.position(TCPM_KEY);
        argument.put(key).clear();
        socket.setRawOpt(IPPROTO_TCP, TCP_MD5SIG, argument);
    }
}
