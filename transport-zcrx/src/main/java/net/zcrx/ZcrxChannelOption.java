// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import java.net.InetAddress;
import java.util.Map;
import net.zcrx.option.EpollOptions;
import net.zcrx.option.TcpMd5Keys;

/**
 * The options of {@link ZcrxSocketChannel} and {@link ZcrxServerSocketChannel} beyond those of
 * {@link ChannelOption}.
 *
 * <p>Each constant that Netty's io_uring transport has too <em>is</em> that one, and a channel takes
 * {@code EpollChannelOption}'s constant of the same name for it: an application that moves to this transport keeps its
 * options as they are.
 *
 * <p>Options of a connection ({@code ServerBootstrap.childOption}, {@code Bootstrap.option}):
 * <table border="1">
 * <caption>Options of {@link ZcrxSocketChannel}</caption>
 * <tr><th>option</th><th>type</th><th>default</th><th>meaning</th><th>kernel option</th></tr>
 * <tr><td>{@link ChannelOption#SO_RCVBUF}</td><td>Integer</td><td>kernel's</td>
 *     <td>receive buffer in bytes; the kernel keeps twice what is set</td><td>SO_RCVBUF</td></tr>
 * <tr><td>{@link ChannelOption#SO_SNDBUF}</td><td>Integer</td><td>kernel's</td>
 *     <td>send buffer in bytes; the kernel keeps twice what is set</td><td>SO_SNDBUF</td></tr>
 * <tr><td>{@link ChannelOption#TCP_NODELAY}</td><td>Boolean</td><td>true</td>
 *     <td>send small segments at once</td><td>TCP_NODELAY</td></tr>
 * <tr><td>{@link ChannelOption#SO_KEEPALIVE}</td><td>Boolean</td><td>false</td>
 *     <td>probe an idle peer</td><td>SO_KEEPALIVE</td></tr>
 * <tr><td>{@link ChannelOption#SO_REUSEADDR}</td><td>Boolean</td><td>false</td>
 *     <td>bind to an address in TIME_WAIT</td><td>SO_REUSEADDR</td></tr>
 * <tr><td>{@link ChannelOption#SO_LINGER}</td><td>Integer</td><td>-1</td>
 *     <td>seconds that close waits for unsent data; 0 resets the connection, -1 is off</td><td>SO_LINGER</td></tr>
 * <tr><td>{@link ChannelOption#IP_TOS}</td><td>Integer</td><td>0</td>
 *     <td>traffic class, 0 to 255</td><td>IP_TOS, IPV6_TCLASS</td></tr>
 * <tr><td>{@link ChannelOption#ALLOW_HALF_CLOSURE}</td><td>Boolean</td><td>false</td>
 *     <td>stay open for writing when the peer has ended its side</td><td>none</td></tr>
 * <tr><td>{@link ChannelOption#TCP_FASTOPEN_CONNECT}</td><td>Boolean</td><td>false</td>
 *     <td>send what was written before connect in the first packet, where the system has it on</td>
 *     <td>MSG_FASTOPEN</td></tr>
 * <tr><td>{@link #IP_BIND_ADDRESS_NO_PORT}</td><td>Boolean</td><td>false</td>
 *     <td>choose the port at connect, not at bind; set before bind</td><td>IP_BIND_ADDRESS_NO_PORT</td></tr>
 * <tr><td>{@link #SO_BUSY_POLL}</td><td>Integer</td><td>system's</td>
 *     <td>microseconds to poll the NIC for; more than the system's needs CAP_NET_ADMIN</td><td>SO_BUSY_POLL</td></tr>
 * <tr><td>{@link #TCP_MD5SIG}</td><td>Map</td><td>none</td>
 *     <td>see the constant</td><td>TCP_MD5SIG</td></tr>
 * <tr><td>{@link #TCP_CORK}</td><td>Boolean</td><td>false</td>
 *     <td>send full segments only</td><td>TCP_CORK</td></tr>
 * <tr><td>{@link #TCP_NOTSENT_LOWAT}</td><td>Long</td><td>0</td>
 *     <td>unsent bytes below which the socket is writable, 0 to 2^32 - 1; 0 is the system's setting</td>
 *     <td>TCP_NOTSENT_LOWAT</td></tr>
 * <tr><td>{@link #TCP_KEEPIDLE}</td><td>Integer</td><td>kernel's</td>
 *     <td>idle seconds before the first probe, 1 to 32767</td><td>TCP_KEEPIDLE</td></tr>
 * <tr><td>{@link #TCP_KEEPINTVL}</td><td>Integer</td><td>kernel's</td>
 *     <td>seconds between probes, 1 to 32767</td><td>TCP_KEEPINTVL</td></tr>
 * <tr><td>{@link #TCP_KEEPCNT}</td><td>Integer</td><td>kernel's</td>
 *     <td>unanswered probes that end the connection, 1 to 127</td><td>TCP_KEEPCNT</td></tr>
 * <tr><td>{@link #TCP_USER_TIMEOUT}</td><td>Integer</td><td>0</td>
 *     <td>milliseconds that sent data may stay unacknowledged; 0 is the kernel's own time</td>
 *     <td>TCP_USER_TIMEOUT</td></tr>
 * <tr><td>{@link #TCP_QUICKACK}</td><td>Boolean</td><td>kernel's</td>
 *     <td>acknowledge at once; the kernel may leave this mode by itself</td><td>TCP_QUICKACK</td></tr>
 * <tr><td>{@link #IP_TRANSPARENT}</td><td>Boolean</td><td>false</td>
 *     <td>take packets for foreign addresses; needs CAP_NET_ADMIN</td><td>IP_TRANSPARENT</td></tr>
 * <tr><td>{@link #WRITE_ZERO_COPY_THRESHOLD}</td><td>Integer</td><td>-1</td>
 *     <td>see the constant</td><td>none</td></tr>
 * <tr><td>{@link #RECEIVE_GRANT}</td><td>Integer</td><td>0</td>
 *     <td>bytes that the connection may receive in one pass of its event loop; 0 is no bound</td><td>none</td></tr>
 * </table>
 *
 * <p>Options of a listening socket ({@code ServerBootstrap.option}):
 * <table border="1">
 * <caption>Options of {@link ZcrxServerSocketChannel}</caption>
 * <tr><th>option</th><th>type</th><th>default</th><th>meaning</th><th>kernel option</th></tr>
 * <tr><td>{@link ChannelOption#SO_RCVBUF}</td><td>Integer</td><td>kernel's</td>
 *     <td>receive buffer of accepted connections in bytes; the kernel keeps twice what is set</td>
 *     <td>SO_RCVBUF</td></tr>
 * <tr><td>{@link ChannelOption#SO_REUSEADDR}</td><td>Boolean</td><td>true</td>
 *     <td>bind to an address in TIME_WAIT</td><td>SO_REUSEADDR</td></tr>
 * <tr><td>{@link ChannelOption#SO_BACKLOG}</td><td>Integer</td><td>{@link io.netty.util.NetUtil#SOMAXCONN}</td>
 *     <td>connections waiting for accept; set before bind</td><td>listen(2)</td></tr>
 * <tr><td>{@link UnixChannelOption#SO_REUSEPORT}</td><td>Boolean</td><td>false</td>
 *     <td>several sockets share the port, the kernel spreads connections; set before bind</td>
 *     <td>SO_REUSEPORT</td></tr>
 * <tr><td>{@link #IP_FREEBIND}</td><td>Boolean</td><td>false</td>
 *     <td>bind to an address that the machine does not have</td><td>IP_FREEBIND</td></tr>
 * <tr><td>{@link #IP_TRANSPARENT}</td><td>Boolean</td><td>false</td>
 *     <td>take packets for foreign addresses; needs CAP_NET_ADMIN</td><td>IP_TRANSPARENT</td></tr>
 * <tr><td>{@link #TCP_DEFER_ACCEPT}</td><td>Integer</td><td>0</td>
 *     <td>seconds to wait for data before accept; the kernel rounds up; 0 is off</td><td>TCP_DEFER_ACCEPT</td></tr>
 * <tr><td>{@link ChannelOption#TCP_FASTOPEN}</td><td>Integer</td><td>0</td>
 *     <td>fast open requests that may be pending, bounded by net.core.somaxconn; 0 is off; set before bind</td>
 *     <td>TCP_FASTOPEN</td></tr>
 * <tr><td>{@link #TCP_MD5SIG}</td><td>Map</td><td>none</td>
 *     <td>see the constant</td><td>TCP_MD5SIG</td></tr>
 * <tr><td>{@link #FLOW_STEERING}</td><td>ZcrxIoHandlerFactory</td><td>none</td>
 *     <td>see the constant; set before bind</td><td>none</td></tr>
 * </table>
 *
 * <p>Both take the options of every Netty channel (allocator, auto-read, watermarks, ...), and any other option of the
 * kernel through {@link io.netty.channel.unix.IntegerUnixChannelOption} and
 * {@link io.netty.channel.unix.RawUnixChannelOption}. An option that is none of these is refused:
 * {@link io.netty.channel.ChannelConfig#setOption} returns false. That holds for
 * {@link IoUringChannelOption#IO_URING_BUFFER_GROUP_ID} too: here the event loop provides the receive buffers.
 * {@code EpollChannelOption.EPOLL_MODE} is taken and means nothing, as with epoll.
 *
 * <p>{@link ChannelOption#RCVBUF_ALLOCATOR} bounds the bytes of one channelRead: to its maximum if it is an
 * {@link io.netty.channel.AdaptiveRecvByteBufAllocator}, so to 64 KiB by default, and to its guesses if it is another
 * one. It allocates nothing. One whose handles are no {@code RecvByteBufAllocator.ExtendedHandle} is refused with an
 * {@link IllegalArgumentException}.
 *
 * <p>A value out of range is an {@link IllegalArgumentException}; a closed channel, or an option that the kernel
 * refuses, is a {@link io.netty.channel.ChannelException}. Options may be set and read on any thread.
 */
public final class ZcrxChannelOption<T> extends UnixChannelOption<T> {

    /** Whether bind leaves the choice of a port to connect, so that one address serves more connections. */
    public static final ChannelOption<Boolean> IP_BIND_ADDRESS_NO_PORT = valueOf("IP_BIND_ADDRESS_NO_PORT");

    /** Microseconds to poll the NIC for instead of waiting for its interrupt; 0 is off. */
    public static final ChannelOption<Integer> SO_BUSY_POLL = EpollOptions.of("SO_BUSY_POLL");

    /**
     * The keys that sign data sent to a peer and prove data received from it (RFC 2385): 1 to 80 bytes per address.
     * Setting the option replaces all keys that were set before. It cannot be read: getOption returns null. On a
     * listening socket it applies to accepted connections. Needs a kernel with CONFIG_TCP_MD5SIG.
     */
    public static final ChannelOption<Map<InetAddress, byte[]>> TCP_MD5SIG = TcpMd5Keys.OPTION;

    /** Whether to send full segments only. */
    public static final ChannelOption<Boolean> TCP_CORK = IoUringChannelOption.TCP_CORK;

    /** Unsent bytes below which the socket is writable, 0 to 2^32 - 1. */
    public static final ChannelOption<Long> TCP_NOTSENT_LOWAT = IoUringChannelOption.TCP_NOTSENT_LOWAT;

    /** Idle seconds before the first keep-alive probe, 1 to 32767. */
    public static final ChannelOption<Integer> TCP_KEEPIDLE = IoUringChannelOption.TCP_KEEPIDLE;

    /** Seconds between keep-alive probes, 1 to 32767. */
    public static final ChannelOption<Integer> TCP_KEEPINTVL = IoUringChannelOption.TCP_KEEPINTVL;

    /** Unanswered keep-alive probes that end the connection, 1 to 127. */
    public static final ChannelOption<Integer> TCP_KEEPCNT = IoUringChannelOption.TCP_KEEPCNT;

    /** Milliseconds that sent data may stay unacknowledged before the connection ends; 0 is the kernel's own time. */
    public static final ChannelOption<Integer> TCP_USER_TIMEOUT = IoUringChannelOption.TCP_USER_TIMEOUT;

    /** Whether to acknowledge at once; the kernel may leave this mode by itself. */
    public static final ChannelOption<Boolean> TCP_QUICKACK = IoUringChannelOption.TCP_QUICKACK;

    /** Seconds that a new connection may wait for its first data before it is accepted; 0 is off. */
    public static final ChannelOption<Integer> TCP_DEFER_ACCEPT = IoUringChannelOption.TCP_DEFER_ACCEPT;

    /** Whether to bind to an address that the machine does not have (yet). */
    public static final ChannelOption<Boolean> IP_FREEBIND = IoUringChannelOption.IP_FREEBIND;

    /** Whether to take packets for foreign addresses; needs CAP_NET_ADMIN. */
    public static final ChannelOption<Boolean> IP_TRANSPARENT = IoUringChannelOption.IP_TRANSPARENT;

    /**
     * Readable bytes from which on a written buffer is sent without copying it (SEND_ZC, SENDMSG_ZC): 0 or more, or -1
     * for never, the default. The buffer is then held until the kernel reports that it is done with it. The limit
     * applies to buffers of the application; a {@code ZcrxByteBuf}, whose pages are pinned already, is always
     * considered for it.
     */
    public static final ChannelOption<Integer> WRITE_ZERO_COPY_THRESHOLD =
            IoUringChannelOption.IO_URING_WRITE_ZERO_COPY_THRESHOLD;

    /**
     * The most bytes that a connection may receive in one pass of its event loop; 0, the default, is no bound. Set it
     * on connections with much traffic, so that others of the loop need not wait long: a pass lasts as long as the
     * handlers take for its data, at most the grant of each such connection. With a grant the receive is armed again in
     * each pass. That costs some throughput, and the more the smaller the grant is; 64 KiB is a start. It may be
     * changed at any time, and applies from the next pass on.
     */
    public static final ChannelOption<Integer> RECEIVE_GRANT = valueOf(ZcrxChannelOption.class, "RECEIVE_GRANT");

    /**
     * Steers the port to the NIC queues of the event loops that this factory made, which must handle the
     * connections ({@code ethtool -N}): bind installs the rules, before the first connection can arrive, and close
     * removes them. Where the NIC has RSS contexts it spreads connections over the queues of several loops; otherwise
     * all arrive on the first queue.
     *
     * <pre>{@code
     * ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(4, config);
     * new ServerBootstrap().group(group).option(ZcrxChannelOption.FLOW_STEERING, group.ioHandlerFactory())
     * }</pre>
     *
     * <p>Bind fails, with nothing changed and nothing listened on, if the NIC refuses, with a
     * {@link java.io.IOException} that says why and what to do, or if the factory's config names no interface queue
     * ({@link IllegalStateException}). If no loop has bound its queue, as in mode {@link ZcrxMode#COPY}, there is
     * nothing to steer to: bind goes on without rules, and logs that at INFO. So it does for queues that a container
     * has on lease, and names the rule that the host needs. Both bind and close take some milliseconds of the loop's
     * time for it, and both need {@code CAP_NET_ADMIN}. If the NIC refuses at close, a warning is logged.
     *
     * <p>Listeners that share a port and name the same queues share the rules, and the last that closes removes them.
     * Rules of a process that was killed are removed when rules for that interface are next installed. A connection
     * that outlives its listener goes on, and is received by copy.
     */
    public static final ChannelOption<ZcrxIoHandlerFactory> FLOW_STEERING =
            valueOf(ZcrxChannelOption.class, "FLOW_STEERING");

    private ZcrxChannelOption() {}
}
