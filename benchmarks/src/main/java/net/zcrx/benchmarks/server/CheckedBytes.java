// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Random;

/** The bytes of a transfer that is compared: random ones, known by their position. Any thread. */
public final class CheckedBytes {
    /** A prime, so that a page in the place of another one is never the same. */
    private static final int PERIOD = 65_521;

    private static final byte[] BYTES = twice(new Random(PERIOD));
    private static final ByteBuf EXPECTED = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(BYTES));

    private CheckedBytes() {}

    private static byte[] twice(Random random) {
        byte[] once = new byte[PERIOD];
        random.nextBytes(once);
        byte[] twice = new byte[2 * PERIOD];
        System.arraycopy(once, 0, twice, 0, PERIOD);
        System.arraycopy(once, 0, twice, PERIOD, PERIOD);
        return twice;
    }

    /** Fills an array of at most 65,521 bytes with what belongs at a position of the transfer. */
    public static void fill(byte[] chunk, long position) {
        System.arraycopy(BYTES, (int) (position % PERIOD), chunk, 0, chunk.length);
    }

    /** How many of the readable bytes are not those of this position of the transfer. */
    static long mismatches(ByteBuf data, long position) {
        long mismatches = 0;
        for (int done = 0; done < data.readableBytes(); ) {
            int offset = (int) ((position + done) % PERIOD);
            int length = Math.min(PERIOD, data.readableBytes() - done);
            int index = data.readerIndex() + done;
            if (!ByteBufUtil.equals(data, index, EXPECTED, offset, length)) {
                for (int i = 0; i < length; i++) {
                    mismatches += data.getByte(index + i) == BYTES[offset + i] ? 0 : 1;
                }
            }
            done += length;
        }
        return mismatches;
    }
}
