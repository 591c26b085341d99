/* SPDX-License-Identifier: GPL-2.0 */
/* The memory that a NIC queue receives into, its registration, and its refill ring */
#ifndef AREA_H
#define AREA_H

#include <linux/io_uring/zcrx.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ring.h"

struct area_options {
	const char *interface;		/* NULL: no device, all is copied by the kernel */
	unsigned queue;
	size_t size;
	unsigned refill_entries;
	unsigned buffer_size;		/* rx_buf_len; 0: a page */
	bool huge_pages;
	bool dmabuf;
	bool kernel_region;		/* the refill ring's memory is the kernel's */
	uint64_t event_user_data;
};

struct area {
	struct ring *ring;
	uint8_t *memory;
	size_t size;
	uint32_t zcrx_id;
	uint32_t buffer_size;
	uint64_t token;
	unsigned *refill_khead, *refill_ktail;
	unsigned refill_tail, refill_entries;
	struct io_uring_zcrx_rqe *refill;
	volatile const struct zcrx_stats *stats;
};

/* Ends the program with a sentence when the kernel refuses */
void area_register(struct area *a, struct ring *ring, const struct area_options *options);

/* Gives one buffer back: exactly one call a completion */
void area_return(struct area *a, uint64_t offset, uint32_t len);

/* Has the kernel read the refill ring now: otherwise it does so only when the NIC asks for buffers */
void area_flush(struct area *a);

void area_arm_event(struct area *a, enum zcrx_event_type type);

#endif
