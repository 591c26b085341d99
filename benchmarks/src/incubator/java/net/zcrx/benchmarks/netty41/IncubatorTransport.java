package net.zcrx.benchmarks.netty41;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.incubator.channel.uring.IOUring;
import io.netty.incubator.channel.uring.IOUringEventLoopGroup;
import io.netty.incubator.channel.uring.IOUringServerSocketChannel;
import io.netty.incubator.channel.uring.IOUringSocketChannel;
import java.util.concurrent.ThreadFactory;
import net.zcrx.benchmarks.server.Transport;

/** The old incubator transport, on the Netty 4.1 that it was made for. */
public final class IncubatorTransport implements Transport {
    private final EventLoopGroup group;

    public IncubatorTransport(int loops, ThreadFactory threads) {
        IOUring.ensureAvailability();
        group = new IOUringEventLoopGroup(loops, threads);
    }

    @Override
    public EventLoopGroup group() {
        return group;
    }

    @Override
    public Class<? extends ServerChannel> serverChannel() {
        return IOUringServerSocketChannel.class;
    }

    @Override
    public Class<? extends Channel> channel() {
        return IOUringSocketChannel.class;
    }
}
