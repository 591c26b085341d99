// SPDX-License-Identifier: Apache-2.0
package net.zcrx.option;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.net.InetAddress;
import java.util.Map;
import java.util.Set;

/**
 * The common part of the configs of a connection and of a listening socket: options that the kernel keeps. Safe on any
 * thread.
 */
public abstract class SocketConfig extends DefaultChannelConfig {
    /** The peers that {@code TCP_MD5SIG} has keys for. */
    private Set<InetAddress> signingPeers = Set.of();

    /**
     * @param owner a {@link UnixChannel} whose descriptor is a {@link Socket}
     * @param parent of the listening socket that accepted it; {@code null} if there is none
     */
    protected SocketConfig(UnixChannel owner, RecvByteBufAllocator allocator, SocketConfig parent) {
        super(owner, allocator);
        if (parent != null) {
            // The kernel copies them.
            signingPeers = parent.signingPeers();
        }
    }

    /** The channel's: each connection has a config, and a field of its own here would cost memory. */
    private Socket socket() {
        return (Socket) ((UnixChannel) channel).fd();
    }

    /** Which of the kernel's options the channel has. */
    protected abstract KernelOptions kernelOptions();

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), kernelOptions().listed());
    }

    @Override
    public <T> T getOption(ChannelOption<T> option) {
        KernelOption<T> kernelOption = kernelOptions().find(option);
        return kernelOption != null ? kernelOption.get(socket()) : super.getOption(option);
    }

    @Override
    @SuppressWarnings("unchecked") // The branch gives the type of the option that it compares with.
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        KernelOption<T> kernelOption = kernelOptions().find(option);
        if (kernelOption != null) {
            kernelOption.set(socket(), value);
        } else if (option == TcpMd5Keys.OPTION) {
            setMd5Keys((Map<InetAddress, byte[]>) value);
        } else if (option != EpollOptions.EPOLL_MODE) {
            return super.setOption(option, value);
        }
        return true;
    }

    private synchronized void setMd5Keys(Map<InetAddress, byte[]> keys) {
        signingPeers = TcpMd5Keys.replace(socket(), signingPeers, keys);
    }

    private synchronized Set<InetAddress> signingPeers() {
        return signingPeers;
    }

    /** @throws IllegalArgumentException if a channel cannot count the bytes that it has read by its handles */
    @Override
    public ChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        if (!(allocator.newHandle() instanceof RecvByteBufAllocator.ExtendedHandle)) {
            throw new IllegalArgumentException("The handles of the RecvByteBufAllocator "
                    + allocator.getClass().getName() + " are no RecvByteBufAllocator.ExtendedHandle, which each channel"
                    + " needs. Let newHandle() return one.");
        }
        return super.setRecvByteBufAllocator(allocator);
    }
}
