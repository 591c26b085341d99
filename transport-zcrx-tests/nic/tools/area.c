// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "area.h"
#include "common.h"

#define PAGE		((unsigned long)sysconf(_SC_PAGESIZE))
#define PAGE_UP(n)	(((n) + PAGE - 1) & ~(PAGE - 1))
#define UNTOUCHED	0xEE	/* what the area holds before the NIC writes to it */

static uint8_t *anonymous(size_t size, bool huge)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | (huge ? MAP_HUGETLB : 0);
	uint8_t *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);

	if (p == MAP_FAILED)
		die("%zu bytes of %s: %m", size, huge ? "huge pages" : "memory");
	/* never huge by chance: with -b the difference is what is tested */
	if (!huge)
		madvise(p, size, MADV_NOHUGEPAGE);
	return p;
}

static uint8_t *dmabuf(size_t size, __u32 *fd)
{
	struct udmabuf_create create = { .size = size };
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	int memory = memfd_create("area", MFD_ALLOW_SEALING | MFD_CLOEXEC);

	if (device < 0 || memory < 0)
		die("udmabuf or memfd: %m");
	if (ftruncate(memory, size) || fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK))
		die("memfd: %m");
	create.memfd = memory;
	int buffer = ioctl(device, UDMABUF_CREATE, &create);

	if (buffer < 0)
		die("UDMABUF_CREATE: %m");
	*fd = buffer;
	uint8_t *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, buffer, 0);

	if (p == MAP_FAILED)
		die("mmap of the dmabuf: %m");
	return p;
}

static size_t stats_offset(const struct area_options *o)
{
	return PAGE_UP(PAGE + o->refill_entries * sizeof(struct io_uring_zcrx_rqe));
}

/* The refill region: its header and entries, then a page for the statistics */
static size_t region_size(const struct area_options *o)
{
	return stats_offset(o) + PAGE;
}

static void make_memory(struct area *a, const struct area_options *o, struct io_uring_zcrx_area_reg *reg)
{
	if (o->dmabuf) {
		reg->flags = IORING_ZCRX_AREA_DMABUF;
		a->memory = dmabuf(o->size, &reg->dmabuf_fd);
	} else {
		a->memory = anonymous(o->size, o->huge_pages);
		reg->addr = (uintptr_t)a->memory;
	}
	memset(a->memory, UNTOUCHED, o->size);
}

static void register_queue(struct ring *ring, const struct area_options *o, struct io_uring_zcrx_ifq_reg *reg)
{
	if (o->interface) {
		reg->if_idx = if_nametoindex(o->interface);
		if (!reg->if_idx)
			die("no interface %s here", o->interface);
	}
	int error = ring_register(ring, IORING_REGISTER_ZCRX_IFQ, reg, 1);

	if (error < 0)
		die("register queue %u: %s (%s)", o->queue, strerror(-error), strerrorname_np(-error));
}

static uint8_t *map_region(struct ring *ring, const struct area_options *o, uint64_t offset)
{
	uint8_t *p = mmap(NULL, region_size(o), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd, offset);

	if (p == MAP_FAILED)
		die("mmap of the refill region: %m");
	return p;
}

/* What the kernel has said of the registration */
static void take_over(struct area *a, const struct io_uring_zcrx_ifq_reg *reg, uint8_t *refill)
{
	a->refill_khead = (unsigned *)(refill + reg->offsets.head);
	a->refill_ktail = (unsigned *)(refill + reg->offsets.tail);
	a->refill = (struct io_uring_zcrx_rqe *)(refill + reg->offsets.rqes);
	a->refill_entries = reg->rq_entries;
	a->zcrx_id = reg->zcrx_id;
	a->buffer_size = reg->rx_buf_len;
}

void area_register(struct area *a, struct ring *ring, const struct area_options *o)
{
	struct io_uring_zcrx_area_reg area_reg = { .len = o->size };
	struct io_uring_region_desc region = { .size = region_size(o) };
	struct zcrx_event_desc events = {
		.user_data = o->event_user_data,
		.type_mask = 1 << ZCRX_EVENT_ALLOC_FAIL | 1 << ZCRX_EVENT_COPY,
		.flags = ZCRX_EVENT_DESC_FLAG_STATS,
		.stats_offset = stats_offset(o),
	};
	struct io_uring_zcrx_ifq_reg reg = {
		.if_rxq = o->interface ? o->queue : 0,
		.rq_entries = o->refill_entries,
		.flags = o->interface ? 0 : ZCRX_REG_NODEV,
		.area_ptr = (uintptr_t)&area_reg,
		.region_ptr = (uintptr_t)&region,
		.event_desc = (uintptr_t)&events,
		.rx_buf_len = o->buffer_size,
	};
	uint8_t *refill = NULL;

	*a = (struct area){ .ring = ring, .size = o->size };
	make_memory(a, o, &area_reg);
	if (!o->kernel_region) {
		refill = anonymous(region_size(o), false);
		region.user_addr = (uintptr_t)refill;
		region.flags = IORING_MEM_REGION_TYPE_USER;
	}
	register_queue(ring, o, &reg);
	if (o->kernel_region)
		refill = map_region(ring, o, region.mmap_offset);
	take_over(a, &reg, refill);
	a->stats = (struct zcrx_stats *)(refill + stats_offset(o));
	a->token = area_reg.rq_area_token;
}

static void control(struct area *a, struct zcrx_ctrl *c, const char *what)
{
	c->zcrx_id = a->zcrx_id;
	int error = ring_register(a->ring, IORING_REGISTER_ZCRX_CTRL, c, 0);

	if (error < 0)
		die("%s: %s", what, strerror(-error));
}

void area_flush(struct area *a)
{
	struct zcrx_ctrl c = { .op = ZCRX_CTRL_FLUSH_RQ };

	control(a, &c, "FLUSH_RQ");
}

void area_arm_event(struct area *a, enum zcrx_event_type type)
{
	struct zcrx_ctrl c = { .op = ZCRX_CTRL_ARM_EVENT, .zc_arm_event.event_type = type };

	control(a, &c, "ARM_EVENT");
}

void area_return(struct area *a, uint64_t offset, uint32_t len)
{
	while (a->refill_tail - __atomic_load_n(a->refill_khead, __ATOMIC_ACQUIRE) == a->refill_entries)
		area_flush(a);
	struct io_uring_zcrx_rqe *e = &a->refill[a->refill_tail & (a->refill_entries - 1)];

	e->off = offset | a->token;
	e->len = len;
	e->__pad = 0;
	__atomic_store_n(a->refill_ktail, ++a->refill_tail, __ATOMIC_RELEASE);
}
