// SPDX-License-Identifier: Apache-2.0
package net.zcrx.option;

import static net.zcrx.option.KernelOption.flag;
import static net.zcrx.option.KernelOption.number;
import static net.zcrx.option.KernelOption.unsigned;
import static net.zcrx.option.SocketConstants.IPPROTO_IP;
import static net.zcrx.option.SocketConstants.IPPROTO_TCP;
import static net.zcrx.option.SocketConstants.SOL_SOCKET;

import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * The table of options that the kernel keeps, for each kind of channel. The numbers are those of Linux, the same on
 * x86-64 and aarch64.
 */
public final class KernelOptions {
    private static final int ANY = Integer.MAX_VALUE;

    private static final KernelOption<Integer> SO_RCVBUF = number(ChannelOption.SO_RCVBUF, SOL_SOCKET, 8, 0, ANY);
    private static final KernelOption<Boolean> SO_REUSEADDR = flag(ChannelOption.SO_REUSEADDR, SOL_SOCKET, 2);
    private static final KernelOption<Boolean> IP_TRANSPARENT =
            flag(IoUringChannelOption.IP_TRANSPARENT, IPPROTO_IP, 19);

    public static final KernelOptions OF_CONNECTION = new KernelOptions(
            SO_RCVBUF,
            SO_REUSEADDR,
            IP_TRANSPARENT,
            number(ChannelOption.SO_SNDBUF, SOL_SOCKET, 7, 0, ANY),
            flag(ChannelOption.SO_KEEPALIVE, SOL_SOCKET, 9),
            number(ChannelOption.SO_LINGER, -1, ANY, Socket::getSoLinger, Socket::setSoLinger),
            number(ChannelOption.IP_TOS, 0, 255, Socket::getTrafficClass, Socket::setTrafficClass),
            flag(ChannelOption.TCP_NODELAY, IPPROTO_TCP, 1),
            number(EpollOptions.<Integer>of("SO_BUSY_POLL"), SOL_SOCKET, 46, 0, ANY),
            flag(ChannelOption.<Boolean>valueOf("IP_BIND_ADDRESS_NO_PORT"), IPPROTO_IP, 24),
            flag(IoUringChannelOption.TCP_CORK, IPPROTO_TCP, 3),
            number(IoUringChannelOption.TCP_KEEPIDLE, IPPROTO_TCP, 4, 1, 32767),
            number(IoUringChannelOption.TCP_KEEPINTVL, IPPROTO_TCP, 5, 1, 32767),
            number(IoUringChannelOption.TCP_KEEPCNT, IPPROTO_TCP, 6, 1, 127),
            flag(IoUringChannelOption.TCP_QUICKACK, IPPROTO_TCP, 12),
            number(IoUringChannelOption.TCP_USER_TIMEOUT, IPPROTO_TCP, 18, 0, ANY),
            unsigned(IoUringChannelOption.TCP_NOTSENT_LOWAT, IPPROTO_TCP, 25));

    public static final KernelOptions OF_LISTENER = new KernelOptions(
            SO_RCVBUF,
            SO_REUSEADDR,
            IP_TRANSPARENT,
            flag(UnixChannelOption.SO_REUSEPORT, SOL_SOCKET, 15),
            flag(IoUringChannelOption.IP_FREEBIND, IPPROTO_IP, 15),
            number(IoUringChannelOption.TCP_DEFER_ACCEPT, IPPROTO_TCP, 9, 0, ANY),
            number(ChannelOption.TCP_FASTOPEN, IPPROTO_TCP, 23, 0, ANY));

    private final ChannelOption<?>[] listed;
    private final Map<ChannelOption<?>, KernelOption<?>> byOption = new IdentityHashMap<>();

    private KernelOptions(KernelOption<?>... rows) {
        listed = new ChannelOption<?>[rows.length];
        for (int i = 0; i < rows.length; i++) {
            ChannelOption<?> option = rows[i].option();
            listed[i] = option;
            byOption.put(option, rows[i]);
            byOption.put(EpollOptions.sameAs(option), rows[i]);
        }
    }

    /** The options of the table, without those that only {@link #find} knows. */
    public ChannelOption<?>[] listed() {
        return listed.clone();
    }

    /** How the kernel keeps {@code option}, or null if it is not one of the kernel's. */
    @SuppressWarnings("unchecked") // A row holds the type of the option that it is found by.
    public <T> KernelOption<T> find(ChannelOption<T> option) {
        ChannelOption<?> anyOption = option;
        if (anyOption instanceof IntegerUnixChannelOption any) {
            return (KernelOption<T>) number(any, any.level(), any.optname(), Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (anyOption instanceof RawUnixChannelOption raw) {
            return (KernelOption<T>) KernelOption.raw(raw);
        }
        return (KernelOption<T>) byOption.get(option);
    }
}
