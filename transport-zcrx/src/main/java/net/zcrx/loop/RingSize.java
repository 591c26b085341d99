// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

/**
 * How long a loop's queues are. Newer kernels count them as locked memory of the user, so where the limit of that is
 * low and processors are many, queues of the default length would leave no room for the group's last loops.
 *
 * @param entries of the submission queue
 * @param completions that the other queue takes
 * @param bytes locked by a loop that receives by copy, about
 */
public record RingSize(int entries, int completions, long bytes) {
    private static final int SUBMISSION_BYTES = 64 + Integer.BYTES;
    private static final int COMPLETION_BYTES = 16;
    private static final int PROVIDED_BUFFER_BYTES = 16;
    /** The rings' heads and tails, and each part is rounded up to a page. */
    private static final int OTHER_BYTES = 12 * 1024;

    private static final int MIN_ENTRIES = 64;
    private static final int MIN_COMPLETIONS = 1024;
    /** The divisor of the limit: other processes of the user need memory, too. */
    private static final int SHARE = 2;

    /**
     * Returns the size that was asked for.
     *
     * @param chunks of the loop's area
     */
    public static RingSize of(int entries, int completions, long chunks) {
        return new RingSize(
                entries,
                completions,
                (long) entries * SUBMISSION_BYTES
                        + (long) completions * COMPLETION_BYTES
                        + chunks * PROVIDED_BUFFER_BYTES
                        + OTHER_BYTES);
    }

    /**
     * Returns as much of this size, which is a default, as fits.
     *
     * @param lockable bytes that the user's processes may lock together
     * @param loops of a group whose number of loops nobody asked for
     */
    public RingSize fitting(long chunks, long lockable, int loops) {
        RingSize size = this;
        while (size.completions > MIN_COMPLETIONS && size.bytes > lockable / SHARE / loops) {
            size = of(Math.max(MIN_ENTRIES, size.entries / 2), size.completions / 2, chunks);
        }
        return size;
    }
}
