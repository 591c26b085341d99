// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;

/**
 * The features of this kernel's zero-copy receive, asked from the kernel ({@code IORING_REGISTER_QUERY}, Linux 6.18;
 * this question: 6.19). An older kernel answers nothing: then it has registration and RECV_ZC at most.
 *
 * <p>Layouts are those of the kernel's {@code include/uapi/linux/io_uring/query.h}; {@code zcrx_abi.h} of the native
 * library asserts them. A row is 16 bytes.
 *
 * <pre>
 *      struct io_uring_query_hdr               argument of IORING_REGISTER_QUERY; the kernel sets result
 *      +---------------+---------------+---------------+---------------+
 *   0  | next_entry                    | query_data                    |
 *  16  | query_op      | size          | result        | reserved      |
 *  32  | reserved                      |
 *      +---------------+---------------+---------------+---------------+
 *      struct io_uring_query_zcrx              at query_data: what the kernel answers
 *      +---------------+---------------+---------------+---------------+
 *   0  | register_flags                | area_flags                    |
 *  16  |nr_ctrl_opcodes| features      | rq_hdr_size   | rq_hdr_align. |
 *  32  | reserved                      |
 *      +---------------+---------------+---------------+---------------+
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/io_uring_register.2.html">io_uring_register(2)</a>
 */
public final class ZeroCopyFeatures {
    private static final int REGISTER_QUERY = 35;
    private static final int QUERY_ZCRX = 1;

    private static final int HDR_QUERY_DATA = 8;
    private static final int HDR_QUERY_OP = 16;
    private static final int HDR_SIZE = 20;
    private static final int HDR_RESULT = 24;
    private static final int HDR_BYTES = 40;

    // The answer, which lies behind the header.
    private static final int ZCRX_REGISTER_FLAGS = HDR_BYTES;
    private static final int ZCRX_NR_CTRL_OPCODES = HDR_BYTES + 16;
    private static final int ZCRX_FEATURES = HDR_BYTES + 20;
    private static final int ZCRX_BYTES = 40;
    private static final int ZCRX_FEATURE_RX_PAGE_SIZE = 1;
    private static final int ZCRX_FEATURE_EVENT = 1 << 1;

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
        CleanableDirectBuffer memory = Buffer.allocateDirectBufferWithNativeOrder(HDR_BYTES + ZCRX_BYTES);
        try {
            ByteBuffer query = memory.buffer();
            long address = Buffer.memoryAddress(query);
            for (int i = 0; i < HDR_BYTES + ZCRX_BYTES; i += Long.BYTES) {
                query.putLong(i, 0);
            }
            query.putLong(HDR_QUERY_DATA, address + HDR_BYTES)
                    .putInt(HDR_QUERY_OP, QUERY_ZCRX)
                    .putInt(HDR_SIZE, ZCRX_BYTES);
            boolean answered = Native.register(-1, REGISTER_QUERY, address, 0) == 0 && query.getInt(HDR_RESULT) == 0;
            if (!answered) {
                return new ZeroCopyFeatures(0, 0, 0);
            }
            return new ZeroCopyFeatures(
                    query.getLong(ZCRX_REGISTER_FLAGS),
                    query.getInt(ZCRX_NR_CTRL_OPCODES),
                    query.getInt(ZCRX_FEATURES));
        } finally {
            memory.clean();
        }
    }

    /** Registration without a NIC (7.1). */
    public boolean hasNoDevice() {
        return (registerFlags & QueueAbi.ZCRX_REG_NODEV) != 0;
    }

    /** Flushing the refill ring (6.19). */
    public boolean hasFlush() {
        return controlOps > QueueAbi.CTRL_FLUSH_RQ;
    }

    /** Sharing an interface queue between rings (6.19). */
    public boolean hasExport() {
        return controlOps > QueueAbi.CTRL_EXPORT;
    }

    /** More memory for a registered queue (7.3). */
    public boolean hasAddArea() {
        return controlOps > QueueAbi.CTRL_ADD_AREA;
    }

    /** Receive buffers larger than a page (7.0). */
    public boolean hasReceiveBufferLength() {
        return (features & ZCRX_FEATURE_RX_PAGE_SIZE) != 0;
    }

    /** Events and shared counters (7.2). */
    public boolean hasEvents() {
        return (features & ZCRX_FEATURE_EVENT) != 0;
    }
}
