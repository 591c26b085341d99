// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.util.NettyRuntime;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;

/**
 * How many kernel threads a ring has for work that ends by itself, as on files. Without a word of ours it is four for
 * each processor, or the entries of the submission queue if these are fewer.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/io_uring_register_iowq_max_workers.3.html">
 *     io_uring_register_iowq_max_workers(3)</a>
 */
public final class BoundedWorkers {
    private static final int REGISTER_IOWQ_MAX_WORKERS = 19;
    /** Two numbers of 32 bits: of bounded and of unbounded workers. The most, 0 for no change. */
    private static final int ARGUMENT_COUNT = 2;

    private static final int PER_PROCESSOR = 4;

    private static final int BOUNDED = 0;
    private static final int UNBOUNDED = 4;

    private BoundedWorkers() {}

    /**
     * Lets the ring have at most {@code most} of them, and no more than it has by default. On the thread that submits.
     *
     * @return 0 or the negated errno; the kernel's own limit holds then
     */
    public static int limit(int ring, int most) {
        CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(ARGUMENT_COUNT * Integer.BYTES);
        try {
            ByteBuffer argument = memory.buffer();
            // Not asked for first: before the thread has submitted something the kernel tells none.
            argument.putInt(BOUNDED, Math.min(most, PER_PROCESSOR * NettyRuntime.availableProcessors()))
                    .putInt(UNBOUNDED, 0);
            return Native.register(ring, REGISTER_IOWQ_MAX_WORKERS, Buffer.memoryAddress(argument), ARGUMENT_COUNT);
        } finally {
            memory.clean();
        }
    }
}
