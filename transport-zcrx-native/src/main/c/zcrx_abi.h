// SPDX-License-Identifier: Apache-2.0
/*
 * The kernel's structures that the Java side writes and reads by offset, declared here so that a build machine with
 * old kernel headers does as well. Names and fields are the kernel's. The assertions are the contract: an offset in
 * net.zcrx.uring is right if it is in this file.
 */
#ifndef ZCRX_ABI_H
#define ZCRX_ABI_H

#include <errno.h>
#include <linux/time_types.h>
#include <stddef.h>
#include <stdint.h>

#define ABI_SIZE(type, size) _Static_assert(sizeof(type) == (size), #type " is not " #size " bytes")
#define ABI_AT(type, field, at) _Static_assert(offsetof(type, field) == (at), #type "." #field " is not at " #at)

/* Java writes these in native byte order, and the two halves of a u64 pair as one: little-endian only. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "only little-endian machines are supported");

/* Argument of io_uring_setup: the kernel fills in where the parts of the rings are, which Java does not ask for. */
struct io_uring_params {
    uint32_t sq_entries;
    uint32_t cq_entries;
    uint32_t flags;
    uint32_t sq_thread_cpu;
    uint32_t sq_thread_idle;
    uint32_t features;
    uint32_t wq_fd;
    uint32_t resv[3];
    uint64_t sq_off[5];
    uint64_t cq_off[5];
};
ABI_SIZE(struct io_uring_params, 120);
ABI_AT(struct io_uring_params, cq_entries, 4);
ABI_AT(struct io_uring_params, flags, 8);

/* The last argument of io_uring_enter with IORING_ENTER_EXT_ARG. */
struct io_uring_getevents_arg {
    uint64_t sigmask;
    uint32_t sigmask_sz;
    uint32_t min_wait_usec;
    uint64_t ts;
};
ABI_SIZE(struct io_uring_getevents_arg, 24);
ABI_AT(struct io_uring_getevents_arg, ts, 16);
enum { IORING_ENTER_GETEVENTS = 1 << 0, IORING_ENTER_EXT_ARG = 1 << 3 };

/* The region that holds a refill ring. */
struct io_uring_region_desc {
    uint64_t user_addr;
    uint64_t size;
    uint32_t flags;
    uint32_t id;
    uint64_t mmap_offset;
    uint64_t resv[4];
};
ABI_SIZE(struct io_uring_region_desc, 64);
ABI_AT(struct io_uring_region_desc, user_addr, 0);
ABI_AT(struct io_uring_region_desc, size, 8);
ABI_AT(struct io_uring_region_desc, flags, 16);
ABI_AT(struct io_uring_region_desc, id, 20);
ABI_AT(struct io_uring_region_desc, mmap_offset, 24);
ABI_AT(struct io_uring_region_desc, resv, 32);

/* One entry of a refill ring: a buffer on its way back to the NIC. */
struct io_uring_zcrx_rqe {
    uint64_t off;
    uint32_t len;
    uint32_t pad;
};
ABI_SIZE(struct io_uring_zcrx_rqe, 16);
ABI_AT(struct io_uring_zcrx_rqe, off, 0);
ABI_AT(struct io_uring_zcrx_rqe, len, 8);
ABI_AT(struct io_uring_zcrx_rqe, pad, 12);

/* The second half of a RECV_ZC completion. */
struct io_uring_zcrx_cqe {
    uint64_t off;
    uint64_t pad;
};
ABI_SIZE(struct io_uring_zcrx_cqe, 16);
ABI_AT(struct io_uring_zcrx_cqe, off, 0);
ABI_AT(struct io_uring_zcrx_cqe, pad, 8);

struct io_uring_zcrx_offsets {
    uint32_t head;
    uint32_t tail;
    uint32_t rqes;
    uint32_t resv2;
    uint64_t resv[2];
};
ABI_SIZE(struct io_uring_zcrx_offsets, 32);
ABI_AT(struct io_uring_zcrx_offsets, head, 0);
ABI_AT(struct io_uring_zcrx_offsets, tail, 4);
ABI_AT(struct io_uring_zcrx_offsets, rqes, 8);
ABI_AT(struct io_uring_zcrx_offsets, resv2, 12);
ABI_AT(struct io_uring_zcrx_offsets, resv, 16);

struct io_uring_zcrx_area_reg {
    uint64_t addr;
    uint64_t len;
    uint64_t rq_area_token;
    uint32_t flags;
    uint32_t dmabuf_fd;
    uint64_t resv2[2];
};
ABI_SIZE(struct io_uring_zcrx_area_reg, 48);
ABI_AT(struct io_uring_zcrx_area_reg, addr, 0);
ABI_AT(struct io_uring_zcrx_area_reg, len, 8);
ABI_AT(struct io_uring_zcrx_area_reg, rq_area_token, 16);
ABI_AT(struct io_uring_zcrx_area_reg, flags, 24);
ABI_AT(struct io_uring_zcrx_area_reg, dmabuf_fd, 28);
ABI_AT(struct io_uring_zcrx_area_reg, resv2, 32);

/* What the kernel counts behind the last entry of a refill ring, if asked to. */
struct zcrx_stats {
    uint64_t copy_count;
    uint64_t copy_bytes;
};
ABI_SIZE(struct zcrx_stats, 16);
ABI_AT(struct zcrx_stats, copy_count, 0);
ABI_AT(struct zcrx_stats, copy_bytes, 8);

struct zcrx_event_desc {
    uint64_t user_data;
    uint32_t type_mask;
    uint32_t flags;
    uint64_t stats_offset;
    uint64_t resv2[9];
};
ABI_SIZE(struct zcrx_event_desc, 96);
ABI_AT(struct zcrx_event_desc, user_data, 0);
ABI_AT(struct zcrx_event_desc, type_mask, 8);
ABI_AT(struct zcrx_event_desc, flags, 12);
ABI_AT(struct zcrx_event_desc, stats_offset, 16);
ABI_AT(struct zcrx_event_desc, resv2, 24);

/* Argument of IORING_REGISTER_ZCRX_IFQ. */
struct io_uring_zcrx_ifq_reg {
    uint32_t if_idx;
    uint32_t if_rxq;
    uint32_t rq_entries;
    uint32_t flags;
    uint64_t area_ptr;
    uint64_t region_ptr;
    struct io_uring_zcrx_offsets offsets;
    uint32_t zcrx_id;
    uint32_t rx_buf_len;
    uint64_t event_desc;
    uint64_t resv[2];
};
ABI_SIZE(struct io_uring_zcrx_ifq_reg, 96);
ABI_AT(struct io_uring_zcrx_ifq_reg, if_idx, 0);
ABI_AT(struct io_uring_zcrx_ifq_reg, if_rxq, 4);
ABI_AT(struct io_uring_zcrx_ifq_reg, rq_entries, 8);
ABI_AT(struct io_uring_zcrx_ifq_reg, flags, 12);
ABI_AT(struct io_uring_zcrx_ifq_reg, area_ptr, 16);
ABI_AT(struct io_uring_zcrx_ifq_reg, region_ptr, 24);
ABI_AT(struct io_uring_zcrx_ifq_reg, offsets.head, 32);
ABI_AT(struct io_uring_zcrx_ifq_reg, offsets.tail, 36);
ABI_AT(struct io_uring_zcrx_ifq_reg, offsets.rqes, 40);
ABI_AT(struct io_uring_zcrx_ifq_reg, zcrx_id, 64);
ABI_AT(struct io_uring_zcrx_ifq_reg, rx_buf_len, 68);
ABI_AT(struct io_uring_zcrx_ifq_reg, event_desc, 72);
ABI_AT(struct io_uring_zcrx_ifq_reg, resv, 80);

/* Argument of IORING_REGISTER_ZCRX_CTRL. */
struct zcrx_ctrl {
    uint32_t zcrx_id;
    uint32_t op;
    uint64_t resv[2];
    union {
        uint32_t export_fd;
        uint32_t arm_event_type;
        uint64_t add_area_ptr;
        uint64_t flush_resv[6];
    };
};
ABI_SIZE(struct zcrx_ctrl, 72);
ABI_AT(struct zcrx_ctrl, zcrx_id, 0);
ABI_AT(struct zcrx_ctrl, op, 4);
ABI_AT(struct zcrx_ctrl, resv, 8);
ABI_AT(struct zcrx_ctrl, export_fd, 24);
ABI_AT(struct zcrx_ctrl, arm_event_type, 24);
ABI_AT(struct zcrx_ctrl, add_area_ptr, 24);
ABI_AT(struct zcrx_ctrl, flush_resv, 24);

/* Argument of IORING_REGISTER_QUERY. */
struct io_uring_query_hdr {
    uint64_t next_entry;
    uint64_t query_data;
    uint32_t query_op;
    uint32_t size;
    int32_t result;
    uint32_t resv[3];
};
ABI_SIZE(struct io_uring_query_hdr, 40);
ABI_AT(struct io_uring_query_hdr, query_data, 8);
ABI_AT(struct io_uring_query_hdr, query_op, 16);
ABI_AT(struct io_uring_query_hdr, size, 20);
ABI_AT(struct io_uring_query_hdr, result, 24);

/* Its answer to IO_URING_QUERY_ZCRX. */
struct io_uring_query_zcrx {
    uint64_t register_flags;
    uint64_t area_flags;
    uint32_t nr_ctrl_opcodes;
    uint32_t features;
    uint32_t rq_hdr_size;
    uint32_t rq_hdr_alignment;
    uint64_t resv2;
};
ABI_SIZE(struct io_uring_query_zcrx, 40);
ABI_AT(struct io_uring_query_zcrx, register_flags, 0);
ABI_AT(struct io_uring_query_zcrx, nr_ctrl_opcodes, 16);
ABI_AT(struct io_uring_query_zcrx, features, 20);

/* One operation of a struct io_uring_probe. */
struct io_uring_probe_op {
    uint8_t op;
    uint8_t resv;
    uint16_t flags;
    uint32_t resv2;
};
ABI_SIZE(struct io_uring_probe_op, 8);
ABI_AT(struct io_uring_probe_op, flags, 2);

/* Argument of IORING_REGISTER_PROBE. */
struct io_uring_probe {
    uint8_t last_op;
    uint8_t ops_len;
    uint16_t resv;
    uint32_t resv2[3];
    struct io_uring_probe_op ops[];
};
ABI_SIZE(struct io_uring_probe, 16);
ABI_AT(struct io_uring_probe, ops, 16);

/* Argument of IORING_REGISTER_PBUF_RING. Newer kernels read the first reserved word as min_left: 0 means off. */
struct io_uring_buf_reg {
    uint64_t ring_addr;
    uint32_t ring_entries;
    uint16_t bgid;
    uint16_t flags;
    uint64_t resv[3];
};
ABI_SIZE(struct io_uring_buf_reg, 40);
ABI_AT(struct io_uring_buf_reg, ring_addr, 0);
ABI_AT(struct io_uring_buf_reg, ring_entries, 8);
ABI_AT(struct io_uring_buf_reg, bgid, 12);
ABI_AT(struct io_uring_buf_reg, flags, 14);
ABI_AT(struct io_uring_buf_reg, resv, 16);

/* One entry of a provided-buffer ring; the ring's tail lies over the reserved half-word of entry 0. */
struct io_uring_buf {
    uint64_t addr;
    uint32_t len;
    uint16_t bid;
    uint16_t resv;
};
ABI_SIZE(struct io_uring_buf, 16);
ABI_AT(struct io_uring_buf, addr, 0);
ABI_AT(struct io_uring_buf, len, 8);
ABI_AT(struct io_uring_buf, bid, 12);
ABI_AT(struct io_uring_buf, resv, 14);

/* What a timeout points to. */
ABI_SIZE(struct __kernel_timespec, 16);
ABI_AT(struct __kernel_timespec, tv_sec, 0);
ABI_AT(struct __kernel_timespec, tv_nsec, 8);

/* Argument of IORING_REGISTER_SYNC_CANCEL; the timeout is a struct __kernel_timespec. */
struct io_uring_sync_cancel_reg {
    uint64_t addr;
    int32_t fd;
    uint32_t flags;
    int64_t timeout[2];
    uint8_t opcode;
    uint8_t pad[7];
    uint64_t pad2[3];
};
ABI_SIZE(struct io_uring_sync_cancel_reg, 64);
ABI_AT(struct io_uring_sync_cancel_reg, fd, 8);
ABI_AT(struct io_uring_sync_cancel_reg, flags, 12);
ABI_AT(struct io_uring_sync_cancel_reg, timeout, 16);
ABI_AT(struct io_uring_sync_cancel_reg, opcode, 32);

/* Error numbers. ERESTARTSYS, which Java knows too, is the kernel's own and has no header here. */
#define ABI_ERRNO(name, number) _Static_assert((name) == (number), #name " is not " #number)
ABI_ERRNO(EPERM, 1);
ABI_ERRNO(ENOENT, 2);
ABI_ERRNO(EINTR, 4);
ABI_ERRNO(EIO, 5);
ABI_ERRNO(ENXIO, 6);
ABI_ERRNO(EBADF, 9);
ABI_ERRNO(EAGAIN, 11);
ABI_ERRNO(ENOMEM, 12);
ABI_ERRNO(EACCES, 13);
ABI_ERRNO(EFAULT, 14);
ABI_ERRNO(EBUSY, 16);
ABI_ERRNO(EEXIST, 17);
ABI_ERRNO(ENODEV, 19);
ABI_ERRNO(ENOTDIR, 20);
ABI_ERRNO(EISDIR, 21);
ABI_ERRNO(EINVAL, 22);
ABI_ERRNO(ENFILE, 23);
ABI_ERRNO(EMFILE, 24);
ABI_ERRNO(ETXTBSY, 26);
ABI_ERRNO(EFBIG, 27);
ABI_ERRNO(ENOSPC, 28);
ABI_ERRNO(EROFS, 30);
ABI_ERRNO(ERANGE, 34);
ABI_ERRNO(ENAMETOOLONG, 36);
ABI_ERRNO(ENOSYS, 38);
ABI_ERRNO(ELOOP, 40);
ABI_ERRNO(ETIME, 62);
ABI_ERRNO(EOPNOTSUPP, 95);
ABI_ERRNO(ENOBUFS, 105);
ABI_ERRNO(EINPROGRESS, 115);
ABI_ERRNO(ESTALE, 116);
ABI_ERRNO(EDQUOT, 122);
ABI_ERRNO(ECANCELED, 125);

/* What statx(2) says of a file, as far as it is read. */
struct statx_begin {
    uint32_t stx_mask;
    uint32_t stx_blksize;
    uint64_t stx_attributes;
    uint32_t stx_nlink;
    uint32_t stx_uid;
    uint32_t stx_gid;
    uint16_t stx_mode;
    uint16_t spare0;
    uint64_t stx_ino;
    uint64_t stx_size;
};
ABI_AT(struct statx_begin, stx_mode, 28);
ABI_AT(struct statx_begin, stx_size, 40);

#endif
