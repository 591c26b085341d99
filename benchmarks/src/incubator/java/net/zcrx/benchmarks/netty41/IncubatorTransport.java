// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.netty41;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.incubator.channel.uring.IOUring;
import io.netty.incubator.channel.uring.IOUringEventLoopGroup;
import io.netty.incubator.channel.uring.IOUringServerSocketChannel;
import io.netty.incubator.channel.uring.IOUringSocketChannel;
import java.util.concurrent.ThreadFactory;
import net.zcrx.benchmarks.server.Transport;

/** The old incubator transport, on the Netty 4.1 that it was made for. */
public final class IncubatorTransport implements Transport {
    /** More than a request of a pattern, or no divisor of it, see {@link #configure}. */
    private static final int BUFFER_BYTES = 96 * 1024;

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

    /**
     * A receive that fills its buffer is followed by another one before channelReadComplete, and that one waits in the
     * kernel until there are more bytes. With the usual buffers, whose size adapts to what comes, a server that flushes
     * in channelReadComplete would answer nothing as soon as their size is that of a request.
     */
    @Override
    public void configure(Options options) {
        options.set(ChannelOption.RCVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(BUFFER_BYTES));
    }
}
