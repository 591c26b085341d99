// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

/**
 * Layouts and numbers of the kernel's {@code include/uapi/linux/io_uring/zcrx.h}, which {@link InterfaceQueue} and
 * {@link RefillRing} write and read. An offset has the name of its C field. {@code zcrx_abi.h} of the native library
 * declares the same structures and asserts each offset and size at compile time.
 *
 * <p>A row is 16 bytes, a column 4. The kernel's answers are marked with an asterisk. Reserved fields must be zero.
 *
 * <pre>
 *      struct io_uring_zcrx_ifq_reg            argument of IORING_REGISTER_ZCRX_IFQ
 *      +---------------+---------------+---------------+---------------+
 *   0  | if_idx        | if_rxq        | rq_entries  * | flags         |
 *  16  | area_ptr                      | region_ptr                    |
 *  32  | offsets.head *| offsets.tail *| offsets.rqes *| reserved      |
 *  48  | reserved                                                      |
 *  64  | zcrx_id      *| rx_buf_len   *| event_desc                    |
 *  80  | reserved                                                      |
 *      +---------------+---------------+---------------+---------------+
 *      struct io_uring_zcrx_area_reg           at area_ptr: the memory that is received into
 *      +---------------+---------------+---------------+---------------+
 *   0  | addr                          | len                           |
 *  16  | rq_area_token                *| flags         | dmabuf_fd     |
 *  32  | reserved                                                      |
 *      +---------------+---------------+---------------+---------------+
 *      struct io_uring_region_desc             at region_ptr: the memory of the refill ring
 *      +---------------+---------------+---------------+---------------+
 *   0  | user_addr                     | size                          |
 *  16  | flags         | id            | mmap_offset                   |
 *  32  | reserved                                         (to byte 64) |
 *      +---------------+---------------+---------------+---------------+
 *      struct zcrx_event_desc                  at event_desc: which events the ring wants
 *      +---------------+---------------+---------------+---------------+
 *   0  | user_data                     | type_mask     | flags         |
 *  16  | stats_offset                  | reserved         (to byte 96) |
 *      +---------------+---------------+---------------+---------------+
 *      struct zcrx_ctrl                        argument of IORING_REGISTER_ZCRX_CTRL
 *      +---------------+---------------+---------------+---------------+
 *   0  | zcrx_id       | op            | reserved                      |
 *  16  | reserved                      | union: zcrx_fd * (EXPORT),    |
 *      |                               | event_type (ARM_EVENT),       |
 *      |                               | area_ptr (ADD_AREA)           |
 *  32  | reserved                                         (to byte 72) |
 *      +---------------+---------------+---------------+---------------+
 *      struct io_uring_zcrx_rqe                one entry of the refill ring, at offsets.rqes
 *      +---------------+---------------+---------------+---------------+
 *   0  | off: the page's token         | len           | pad           |
 *      +---------------+---------------+---------------+---------------+
 *      struct zcrx_stats                       at stats_offset in the refill ring's memory
 *      +---------------+---------------+---------------+---------------+
 *   0  | copy_count                   *| copy_bytes                   *|
 *      +---------------+---------------+---------------+---------------+
 * </pre>
 */
final class QueueAbi {
    /** Registers a queue, or imports one. */
    static final int REGISTER_ZCRX_IFQ = 32;
    /** Operations on a registered queue. */
    static final int REGISTER_ZCRX_CTRL = 36;

    static final int IFQ_IF_IDX = 0;
    static final int IFQ_IF_RXQ = 4;
    static final int IFQ_RQ_ENTRIES = 8;
    static final int IFQ_FLAGS = 12;
    static final int IFQ_AREA_PTR = 16;
    static final int IFQ_REGION_PTR = 24;
    static final int IFQ_OFFSETS_HEAD = 32;
    static final int IFQ_OFFSETS_TAIL = 36;
    static final int IFQ_OFFSETS_RQES = 40;
    static final int IFQ_ZCRX_ID = 64;
    static final int IFQ_RX_BUF_LEN = 68;
    static final int IFQ_EVENT_DESC = 72;
    static final int IFQ_BYTES = 96;
    /** {@code flags}: {@code if_idx} is the descriptor of a queue that another ring exported. */
    static final int ZCRX_REG_IMPORT = 1;
    /** {@code flags}: no NIC; the kernel copies everything. */
    static final int ZCRX_REG_NODEV = 1 << 1;

    static final int AREA_ADDR = 0;
    static final int AREA_LEN = 8;
    static final int AREA_RQ_AREA_TOKEN = 16;
    static final int AREA_BYTES = 48;
    /** The area's id is in a token's bits from this one on; the offset in the area is below. */
    static final int AREA_SHIFT = 48;

    static final int REGION_USER_ADDR = 0;
    static final int REGION_SIZE = 8;
    static final int REGION_FLAGS = 16;
    static final int REGION_BYTES = 64;
    /** {@code flags}: the memory is the process's own, at {@code user_addr}. */
    static final int MEM_REGION_TYPE_USER = 1;

    static final int EVENT_USER_DATA = 0;
    static final int EVENT_TYPE_MASK = 8;
    static final int EVENT_FLAGS = 12;
    static final int EVENT_STATS_OFFSET = 16;
    static final int EVENT_BYTES = 96;
    /** {@code flags}: {@code stats_offset} is set. */
    static final int EVENT_DESC_FLAG_STATS = 1;

    static final int CTRL_ZCRX_ID = 0;
    static final int CTRL_OP = 4;
    /** The union: a descriptor, an event's number, or an address. */
    static final int CTRL_ARGUMENT = 24;

    static final int CTRL_BYTES = 72;
    /** {@code op}: take the pages on the refill ring. */
    static final int CTRL_FLUSH_RQ = 0;
    /** {@code op}: make a descriptor of the queue. */
    static final int CTRL_EXPORT = 1;
    /** {@code op}: let an event fire once more. */
    static final int CTRL_ARM_EVENT = 2;
    /** {@code op}: add memory. */
    static final int CTRL_ADD_AREA = 3;

    static final int RQE_LEN = 8;
    static final int RQE_PAD = 12;
    static final int RQE_BYTES = 16;

    static final int STATS_COPY_BYTES = 8;

    private QueueAbi() {}
}
