// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import net.zcrx.event.FlightRecorder;
import net.zcrx.memory.Area;
import net.zcrx.receive.Counters.Counter;

/**
 * Keeps an application that holds its buffers for long from taking all of the area. Above a high watermark received
 * data is copied out to the channel's allocator, and its memory given back at once, until the application is below a
 * low watermark.
 */
final class ExhaustionGuard {
    private final int kept;
    private final Counters counters;
    private int high;
    private int low;
    private boolean copyingOut;
    private FlightRecorder.Span span = FlightRecorder.Span.NONE;
    /** Bytes that had been copied out when copying out last began. */
    private long copiedOutBefore;

    /**
     * @param total how many chunks or pages there are
     * @param kept how many of them the application may not hold before copying out begins, however few there are
     */
    ExhaustionGuard(int total, int kept, Counters counters) {
        this.kept = kept;
        this.counters = counters;
        resize(total);
    }

    void resize(int total) {
        high = Math.max(1, Math.min(total / 4 * 3, total - kept));
        low = Math.min(total / 2, high - 1);
    }

    /**
     * Begins or ends copying out, if need be.
     *
     * @param held chunks or pages that the application holds now
     * @return whether data is copied out
     */
    boolean update(int held) {
        if (copyingOut) {
            copyingOut = isAboveLow(held);
            if (!copyingOut) {
                end(held);
            }
        } else if (isHigh(held)) {
            copyingOut = true;
            counters.add(Counter.COPY_OUTS, 1);
            copiedOutBefore = counters.get(Counter.COPIED_OUT_BYTES);
            span = FlightRecorder.copyingOutBegins(held);
        }
        return copyingOut;
    }

    /** Copying out has ended; or the receiver has, and with it copying out if it was on. */
    void end(int held) {
        span.end(held, counters.get(Counter.COPIED_OUT_BYTES) - copiedOutBefore);
        span = FlightRecorder.Span.NONE;
    }

    boolean isHigh(int held) {
        return held >= high;
    }

    boolean isAboveLow(int held) {
        return held > low;
    }

    boolean isCopyingOut() {
        return copyingOut;
    }

    ByteBuf copyOut(Area area, int offset, int length, ByteBufAllocator alloc) {
        counters.add(Counter.COPIED_OUT_BYTES, length);
        return area.copy(offset, length, alloc.directBuffer(length));
    }
}
