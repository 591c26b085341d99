// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;

/**
 * What this kernel's zero-copy receive can do, asked from the kernel ({@code IORING_REGISTER_QUERY}, Linux 6.19 for
 * this question). An older kernel answers nothing: then it has registration and RECV_ZC at most.
 */
public final class ZeroCopyFeatures {
    private static final int REGISTER_QUERY = 35;
    private static final int QUERY_ZCRX = 1;
    private static final int HEADER_BYTES = 40;
    private static final int ANSWER_BYTES = 40;
    private static final int NO_DEVICE = 1 << 1;
    private static final int FEATURE_RX_PAGE_SIZE = 1;
    private static final int FEATURE_EVENT = 1 << 1;
    private static final int CTRL_FLUSH_RQ = 0;
    private static final int CTRL_EXPORT = 1;
    private static final int CTRL_ADD_AREA = 3;

    private final long registerFlags;
    private final int controlOps;
    private final int features;

    private ZeroCopyFeatures(long registerFlags, int controlOps, int features) {
        this.registerFlags = registerFlags;
        this.controlOps = controlOps;
        this.features = features;
    }

    /** Asks the kernel; needs no ring and no privilege. */
    public static ZeroCopyFeatures query() {
        CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(HEADER_BYTES + ANSWER_BYTES);
        try {
            ByteBuffer query = memory.buffer();
            long address = Buffer.memoryAddress(query);
            for (int i = 0; i < HEADER_BYTES + ANSWER_BYTES; i += Long.BYTES) {
                query.putLong(i, 0);
            }
            query.putLong(8, address + HEADER_BYTES).putInt(16, QUERY_ZCRX).putInt(20, ANSWER_BYTES);
            boolean answered = Native.register(-1, REGISTER_QUERY, address, 0) == 0 && query.getInt(24) == 0;
            if (!answered) {
                return new ZeroCopyFeatures(0, 0, 0);
            }
            return new ZeroCopyFeatures(
                    query.getLong(HEADER_BYTES), query.getInt(HEADER_BYTES + 16), query.getInt(HEADER_BYTES + 20));
        } finally {
            memory.clean();
        }
    }

    /** Registration without a NIC (7.1). */
    public boolean hasNoDevice() {
        return (registerFlags & NO_DEVICE) != 0;
    }

    /** Flushing the refill ring (6.19). */
    public boolean hasFlush() {
        return controlOps > CTRL_FLUSH_RQ;
    }

    /** Sharing an interface queue between rings (6.19). */
    public boolean hasExport() {
        return controlOps > CTRL_EXPORT;
    }

    /** More memory for a registered queue (7.3). */
    public boolean hasAddArea() {
        return controlOps > CTRL_ADD_AREA;
    }

    /** Receive buffers larger than a page (7.0). */
    public boolean hasReceiveBufferLength() {
        return (features & FEATURE_RX_PAGE_SIZE) != 0;
    }

    /** Events and shared counters (7.2). */
    public boolean hasEvents() {
        return (features & FEATURE_EVENT) != 0;
    }
}
