// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.netty42;

import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.concurrent.ThreadFactory;

/**
 * io_uring with multishot receives into a ring of provided buffers: 64 of 64 KiB, consumed in parts where the kernel
 * can.
 */
public final class IoUringRingTransport extends Netty42Transport {
    private static final short GROUP = 1;
    private static final short BUFFERS = 64;
    private static final int BUFFER_BYTES = 64 * 1024;

    public IoUringRingTransport(int loops, ThreadFactory threads) {
        super(
                loops,
                threads,
                IoUringIoHandler.newFactory(new IoUringIoHandlerConfig().setBufferRingConfig(ring())),
                IoUringServerSocketChannel.class,
                IoUringSocketChannel.class);
    }

    private static IoUringBufferRingConfig ring() {
        return IoUringBufferRingConfig.builder()
                .bufferGroupId(GROUP)
                .bufferRingSize(BUFFERS)
                .batchSize(BUFFERS)
                .allocator(new IoUringFixedBufferRingAllocator(BUFFER_BYTES))
                .build();
    }

    @Override
    public void configure(Options options) {
        options.set(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, GROUP);
    }
}
