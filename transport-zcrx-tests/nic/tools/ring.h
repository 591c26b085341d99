/* SPDX-License-Identifier: GPL-2.0 */
/* A small io_uring by system calls alone: as much of one as the reference server needs */
#ifndef RING_H
#define RING_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>

struct ring {
	int fd;
	bool big_cqes;			/* CQE32: every one has two halves */
	struct io_uring_sqe *sqes;
	unsigned sq_entries, sq_tail, sq_submitted;
	unsigned *sq_khead, *sq_ktail;
	struct io_uring_cqe *cqes;
	unsigned cq_mask;
	unsigned *cq_khead, *cq_ktail;
};

void ring_open(struct ring *r, unsigned sq_entries, unsigned cq_entries, bool big_cqes);
void ring_close(struct ring *r);

/* A cleared submission entry; submits by itself when there is none */
struct io_uring_sqe *ring_sqe(struct ring *r);

/* Submits, and waits for a completion when wait is set. Interrupted is no error. */
void ring_enter(struct ring *r, bool wait);

/* The next completion or NULL; *second is its second half or NULL. Then ring_seen(). */
const struct io_uring_cqe *ring_peek(struct ring *r, const uint64_t **second);
void ring_seen(struct ring *r);

/* io_uring_register: 0 or more, or the negative errno */
int ring_register(struct ring *r, unsigned opcode, void *arg, unsigned nr_args);

#endif
