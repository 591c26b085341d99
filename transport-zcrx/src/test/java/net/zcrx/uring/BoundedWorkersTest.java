// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.NettyRuntime;
import io.netty.util.internal.CleanableDirectBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BoundedWorkersTest {
    private static final int SECONDS = 20;
    private static final int REGISTER_IOWQ_MAX_WORKERS = 19;

    /** The kernel tells how many it was, and no more than four for each processor are asked for. */
    @Test
    void shouldLimitWorkersOfLoopThatHasSubmitted() throws Exception {
        IoUringIoHandler[] handler = {null};
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1,
                executor -> handler[0] =
                        (IoUringIoHandler) IoUringIoHandler.newFactory().newHandler(executor));
        try {
            int ring = RingFd.of(handler[0]);
            // A task that another one has queued runs after the loop has entered its ring.
            group.submit(() -> {}).get(SECONDS, TimeUnit.SECONDS);
            group.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).get(SECONDS, TimeUnit.SECONDS);
            for (int most : new int[] {3, 1, 1_000_000}) {
                int expected = Math.min(most, 4 * NettyRuntime.availableProcessors());
                assertEquals(
                        0, group.submit(() -> BoundedWorkers.limit(ring, most)).get(SECONDS, TimeUnit.SECONDS));
                assertEquals(expected, group.submit(() -> limit(ring)).get(SECONDS, TimeUnit.SECONDS));
            }
        } finally {
            group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).get(SECONDS, TimeUnit.SECONDS);
        }
    }

    private static int limit(int ring) {
        CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(Long.BYTES);
        try {
            memory.buffer().putLong(0, 0);
            assertEquals(0, Native.register(ring, REGISTER_IOWQ_MAX_WORKERS, Buffer.memoryAddress(memory.buffer()), 2));
            return memory.buffer().getInt(0);
        } finally {
            memory.clean();
        }
    }
}
