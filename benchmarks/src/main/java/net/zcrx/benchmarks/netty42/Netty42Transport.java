// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.netty42;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import java.util.concurrent.ThreadFactory;
import net.zcrx.benchmarks.server.Transport;

/** A group on one I/O handler factory, and its channels. */
class Netty42Transport implements Transport {
    private final EventLoopGroup group;
    private final Class<? extends ServerChannel> serverChannel;
    private final Class<? extends Channel> channel;

    Netty42Transport(
            int loops,
            ThreadFactory threads,
            IoHandlerFactory factory,
            Class<? extends ServerChannel> serverChannel,
            Class<? extends Channel> channel) {
        group = new MultiThreadIoEventLoopGroup(loops, threads, factory);
        this.serverChannel = serverChannel;
        this.channel = channel;
    }

    @Override
    public final EventLoopGroup group() {
        return group;
    }

    @Override
    public final Class<? extends ServerChannel> serverChannel() {
        return serverChannel;
    }

    @Override
    public final Class<? extends Channel> channel() {
        return channel;
    }
}
