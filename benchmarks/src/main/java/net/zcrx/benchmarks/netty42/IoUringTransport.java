// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.netty42;

import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.concurrent.ThreadFactory;

/** io_uring as it comes: each receive into a buffer of its own. */
public final class IoUringTransport extends Netty42Transport {
    public IoUringTransport(int loops, ThreadFactory threads) {
        super(
                loops,
                threads,
                IoUringIoHandler.newFactory(),
                IoUringServerSocketChannel.class,
                IoUringSocketChannel.class);
    }
}
