// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.netty42;

import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.concurrent.ThreadFactory;

/** The JDK's selector. */
public final class NioTransport extends Netty42Transport {
    public NioTransport(int loops, ThreadFactory threads) {
        super(loops, threads, NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class);
    }
}
