// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import io.netty.util.NettyRuntime;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.SystemPropertyUtil;

/**
 * The size of areas for which nobody has set one, where loops receive by copy: all areas of the process stay within a
 * share of the memory that it may take. Otherwise a process in a small container would be killed, without a word, by
 * memory that neither the heap's limit nor that of direct memory bounds.
 *
 * @param most bytes that all areas of the process may have
 * @param loops of the group
 */
public record AreaSize(long most, int loops) {
    private static final long MIB = 1 << 20;
    /** All areas take at most this part of the cgroup's limit, most of which heap and direct memory may take. */
    private static final int SHARE_OF_CGROUP = 32;

    private static final int SHARE_OF_DIRECT_MEMORY = 2;
    /** Least chunks of an area: with fewer, copying out would begin when the application holds little. */
    private static final int MIN_CHUNKS = 16;

    /** @param loops of the group; 0 for Netty's default */
    public static AreaSize of(int loops) {
        return of(MemoryLimit.ofProcess(), PlatformDependent.maxDirectMemory(), loops > 0 ? loops : usualLoops());
    }

    static AreaSize of(long cgroup, long directMemory, int loops) {
        return new AreaSize(Math.min(cgroup / SHARE_OF_CGROUP, directMemory / SHARE_OF_DIRECT_MEMORY), loops);
    }

    /** Returns how many loops Netty makes by default. */
    private static int usualLoops() {
        return Math.max(
                1, SystemPropertyUtil.getInt("io.netty.eventLoopThreads", NettyRuntime.availableProcessors() * 2));
    }

    /**
     * Returns the size of the area of one more loop, in bytes.
     *
     * @param asked the size that the user asks for; 0 for none
     * @param usual the size where nothing limits it
     * @param chunkBytes of a chunk
     * @param mapped bytes that the process's areas have, other groups' as well
     */
    public long next(long asked, long usual, int chunkBytes, long mapped) {
        if (asked > 0) {
            return asked;
        }
        // Not more than half of the rest: nobody knows how many groups there will be.
        long share = Math.min(most / loops, (most - mapped) / 2);
        long least = Math.max(MIB, MIN_CHUNKS * (long) chunkBytes);
        return Math.max(least, Math.min(usual, share / MIB * MIB));
    }
}
