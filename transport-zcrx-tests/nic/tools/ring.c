// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "common.h"
#include "ring.h"

#define load_acquire(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

static void *map(int fd, size_t size, off_t offset)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);

	if (p == MAP_FAILED)
		die("mmap of the ring: %m");
	return p;
}

void ring_open(struct ring *r, unsigned sq_entries, unsigned cq_entries, bool big_cqes)
{
	struct io_uring_params p = {
		.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL |
			 IORING_SETUP_NO_SQARRAY | IORING_SETUP_CQSIZE |
			 (big_cqes ? IORING_SETUP_CQE32 : IORING_SETUP_CQE_MIXED),
		.cq_entries = cq_entries,
	};

	memset(r, 0, sizeof(*r));
	r->fd = syscall(__NR_io_uring_setup, sq_entries, &p);
	if (r->fd < 0)
		die("io_uring_setup: %m");
	r->big_cqes = big_cqes;

	size_t size = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe) * (big_cqes ? 2 : 1);
	char *base = map(r->fd, size, IORING_OFF_SQ_RING);	/* one mapping holds both rings */

	r->sqes = map(r->fd, p.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
	r->sq_entries = p.sq_entries;
	r->sq_khead = (unsigned *)(base + p.sq_off.head);
	r->sq_ktail = (unsigned *)(base + p.sq_off.tail);
	r->cqes = (struct io_uring_cqe *)(base + p.cq_off.cqes);
	r->cq_mask = p.cq_entries - 1;
	r->cq_khead = (unsigned *)(base + p.cq_off.head);
	r->cq_ktail = (unsigned *)(base + p.cq_off.tail);
}

void ring_close(struct ring *r)
{
	close(r->fd);
}

struct io_uring_sqe *ring_sqe(struct ring *r)
{
	if (r->sq_tail - load_acquire(r->sq_khead) == r->sq_entries)
		ring_enter(r, false);
	struct io_uring_sqe *sqe = &r->sqes[r->sq_tail++ & (r->sq_entries - 1)];

	memset(sqe, 0, sizeof(*sqe));
	return sqe;
}

void ring_enter(struct ring *r, bool wait)
{
	store_release(r->sq_ktail, r->sq_tail);
	int n = syscall(__NR_io_uring_enter, r->fd, r->sq_tail - r->sq_submitted, wait ? 1 : 0,
			IORING_ENTER_GETEVENTS, NULL, 0);

	if (n < 0 && errno != EINTR && errno != EAGAIN && errno != EBUSY)
		die("io_uring_enter: %m");
	if (n > 0)
		r->sq_submitted += n;
}

/* In a mixed ring a large completion takes two places, and never straddles the end */
static unsigned places(const struct ring *r, const struct io_uring_cqe *cqe)
{
	return !r->big_cqes && (cqe->flags & IORING_CQE_F_32) ? 2 : 1;
}

const struct io_uring_cqe *ring_peek(struct ring *r, const uint64_t **second)
{
	unsigned step = r->big_cqes ? 2 : 1;

	for (;;) {
		if (*r->cq_khead == load_acquire(r->cq_ktail))
			return NULL;
		struct io_uring_cqe *cqe = &r->cqes[(*r->cq_khead & r->cq_mask) * step];

		if (cqe->flags & IORING_CQE_F_SKIP) {
			ring_seen(r);
			continue;
		}
		*second = r->big_cqes || places(r, cqe) == 2 ? (const uint64_t *)(cqe + 1) : NULL;
		return cqe;
	}
}

void ring_seen(struct ring *r)
{
	unsigned step = r->big_cqes ? 2 : 1;
	struct io_uring_cqe *cqe = &r->cqes[(*r->cq_khead & r->cq_mask) * step];

	store_release(r->cq_khead, *r->cq_khead + places(r, cqe));
}

int ring_register(struct ring *r, unsigned opcode, void *arg, unsigned nr_args)
{
	int n = syscall(__NR_io_uring_register, r->fd, opcode, arg, nr_args);

	return n < 0 ? -errno : n;
}
