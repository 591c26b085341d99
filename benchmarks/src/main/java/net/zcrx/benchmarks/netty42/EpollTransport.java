// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.netty42;

import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.concurrent.ThreadFactory;

/** Epoll. */
public final class EpollTransport extends Netty42Transport {
    public EpollTransport(int loops, ThreadFactory threads) {
        super(loops, threads, EpollIoHandler.newFactory(), EpollServerSocketChannel.class, EpollSocketChannel.class);
    }
}
