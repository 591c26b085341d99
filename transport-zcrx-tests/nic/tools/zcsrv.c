// SPDX-License-Identifier: GPL-2.0
/*
 * zcsrv: the reference server for zero-copy receive. Binds a NIC queue, accepts connections, reads them with
 * RECV_ZC, checks every byte against the pattern, and reports what the kernel copied. What it does, a Java
 * server on the same NIC must do as well.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "area.h"
#include "common.h"
#include "pattern.h"

#define MAX_CONNECTIONS	256
#define MAX_STARVED	200000	/* re-arms without a free buffer before it is called stuck */

/* user_data of what we submit */
enum { ACCEPT = 1, EVENT, CONNECTION };

static const char usage[] =
	"zcsrv [OPTIONS]: ends when -n connections have been read to their end\n"
	"  -i IF      interface (none: no device, the kernel copies)   -q N  its queue (1)\n"
	"  -p PORT    (8000)                                           -n N  connections to serve (1)\n"
	"  -k KIB     size of the area (16384)                         -b N  rx_buf_len (a page)\n"
	"  -r N       entries of the refill ring (4096)                -c N  of the completion ring (4096)\n"
	"  -H         area of huge pages                               -D    area is a dmabuf\n"
	"  -K         refill ring in the kernel's memory               -3    all completions large (CQE32)\n"
	"  -h N       hold N buffers, then give all back               -u N  sleep N us after each batch\n"
	"  -L BYTES   end after that many, connections open            -s N  sleep N s before the first read\n"
	"  -x         end by SIGKILL                                   -V    do not check the data\n";

struct connection {
	int fd;
	uint64_t seed, got;
	int error;
};

static struct ring ring;
static struct area area;
static struct connection connections[MAX_CONNECTIONS];
static unsigned accepted, closed;
static uint64_t *held;
static unsigned held_count, held_max;
static bool verify = true;
static unsigned long completions, starved, overflowed, longest, events[2];

static void arm_receive(unsigned i)
{
	struct io_uring_sqe *sqe = ring_sqe(&ring);

	sqe->opcode = IORING_OP_RECV_ZC;
	sqe->fd = connections[i].fd;
	sqe->ioprio = IORING_RECV_MULTISHOT;
	sqe->zcrx_ifq_idx = area.zcrx_id;
	sqe->user_data = CONNECTION + i;
}

static void release_held(void)
{
	for (unsigned k = 0; k < held_count; k++)
		area_return(&area, held[k], 1);
	held_count = 0;
}

/* The request has ended: for good, or because a resource was short and it must be armed again */
static void on_end(unsigned i, int result)
{
	struct connection *c = &connections[i];

	if (result == -ENOMEM) {
		/* The copy fallback found no free buffer, and nothing reads the refill ring while the NIC asks for
		 * none: without the flush this would not end.
		 */
		release_held();
		area_flush(&area);
		if (++starved > MAX_STARVED)
			die("zcsrv: STUCK without buffers");
		arm_receive(i);
		return;
	}
	if (result == -ENOSPC) {	/* the completion ring was full; what was delivered is good */
		overflowed++;
		arm_receive(i);
		return;
	}
	if (result < 0) {
		c->error = result;
		fprintf(stderr, "zcsrv: connection %u: %s\n", i, strerrorname_np(-result));
	}
	close(c->fd);
	closed++;
}

static void check(unsigned i, const uint8_t *data, size_t len)
{
	struct connection *c = &connections[i];

	if (!c->got)
		c->seed = pattern_seed_of(data, len);
	size_t good = pattern_check(data, len, c->got, c->seed);

	if (good != len)
		die("zcsrv: CORRUPT connection %u at byte %llu of the stream", i, (unsigned long long)(c->got + good));
}

static void on_receive(unsigned i, const struct io_uring_cqe *cqe, const uint64_t *second)
{
	completions++;
	if (!(cqe->flags & IORING_CQE_F_MORE)) {
		on_end(i, cqe->res);
		return;
	}
	if (cqe->res <= 0 || !second)
		die("zcsrv: completion with F_MORE, res %d, %s", cqe->res, second ? "large" : "without an offset");
	uint64_t offset = *second & ~IORING_ZCRX_AREA_MASK;

	if (offset + cqe->res > area.size)
		die("zcsrv: offset %llu is outside the area", (unsigned long long)offset);
	if ((unsigned long)cqe->res > longest)
		longest = cqe->res;
	if (verify)
		check(i, area.memory + offset, cqe->res);
	connections[i].got += cqe->res;
	if (!held_max) {
		area_return(&area, offset, cqe->res);
		return;
	}
	if (held_count == held_max)
		release_held();
	held[held_count++] = offset;
}

static void on_completion(const struct io_uring_cqe *cqe, const uint64_t *second, unsigned delay)
{
	switch (cqe->user_data) {
	case ACCEPT:
		if (cqe->res < 0 || accepted == MAX_CONNECTIONS)
			die("zcsrv: accept: %s", strerror(-cqe->res));
		if (delay)
			sleep(delay);
		connections[accepted].fd = cqe->res;
		arm_receive(accepted++);
		break;
	case EVENT:
		if (cqe->res < 2)
			events[cqe->res]++;
		area_arm_event(&area, cqe->res);
		break;
	default:
		on_receive(cqe->user_data - CONNECTION, cqe, second);
	}
}

static uint64_t total(void)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < accepted; i++)
		sum += connections[i].got;
	return sum;
}

static bool failed(void)
{
	for (unsigned i = 0; i < accepted; i++)
		if (connections[i].error)
			return true;
	return false;
}

static void report(double seconds)
{
	printf("zcsrv: RESULT %s bytes %llu connections %u completions %lu longest %lu enospc %lu enomem %lu "
	       "copy_count %llu copy_bytes %llu event_allocfail %lu event_copy %lu %.3f s %.1f MB/s\n",
	       failed() ? "ERROR" : verify ? "DATA-OK" : "UNCHECKED", (unsigned long long)total(), accepted,
	       completions, longest, overflowed, starved, (unsigned long long)area.stats->copy_count,
	       (unsigned long long)area.stats->copy_bytes, events[ZCRX_EVENT_ALLOC_FAIL],
	       events[ZCRX_EVENT_COPY], seconds, total() / seconds / 1e6);
}

/* What the command line says of this program; what it says of the area is in area_options */
struct options {
	unsigned port, wanted, cq_entries, pause_us, delay;
	bool big_cqes, abrupt;
	uint64_t limit;
};

static void parse(int argc, char **argv, struct options *o, struct area_options *a)
{
	int option;

	while ((option = getopt(argc, argv, "i:q:p:n:k:b:r:c:HDK3h:u:L:s:xV")) != -1) {
		switch (option) {
		case 'i': a->interface = optarg; break;
		case 'q': a->queue = atoi(optarg); break;
		case 'p': o->port = atoi(optarg); break;
		case 'n': o->wanted = atoi(optarg); break;
		case 'k': a->size = strtoul(optarg, NULL, 0) << 10; break;
		case 'b': a->buffer_size = atoi(optarg); break;
		case 'r': a->refill_entries = atoi(optarg); break;
		case 'c': o->cq_entries = atoi(optarg); break;
		case 'H': a->huge_pages = true; break;
		case 'D': a->dmabuf = true; break;
		case 'K': a->kernel_region = true; break;
		case '3': o->big_cqes = true; break;
		case 'h': held_max = atoi(optarg); break;
		case 'u': o->pause_us = atoi(optarg); break;
		case 'L': o->limit = strtoull(optarg, NULL, 0); break;
		case 's': o->delay = atoi(optarg); break;
		case 'x': o->abrupt = true; break;
		case 'V': verify = false; break;
		default: die("%s", usage);
		}
	}
}

static void set_up(const struct options *o, const struct area_options *a)
{
	held = calloc(held_max + 1, sizeof(*held));
	if (!held)
		die("zcsrv: -h %u", held_max);
	ring_open(&ring, 64, o->cq_entries, o->big_cqes);
	area_register(&area, &ring, a);
	printf("zcsrv: registered queue %u of %s, area %zu KiB, buffers of %u, refill ring %u\n", a->queue,
	       a->interface ? a->interface : "no device", area.size >> 10, area.buffer_size, area.refill_entries);
}

static void accept_all(unsigned port)
{
	struct io_uring_sqe *sqe = ring_sqe(&ring);

	sqe->opcode = IORING_OP_ACCEPT;
	sqe->fd = listen_on(port);
	sqe->ioprio = IORING_ACCEPT_MULTISHOT;
	sqe->user_data = ACCEPT;
	printf("zcsrv: listening\n");
}

/* Until as many connections have ended as are wanted, or so many bytes have come; returns the seconds that it took */
static double serve(const struct options *o)
{
	double begin = 0;

	while (closed < o->wanted && !(o->limit && total() >= o->limit)) {
		const struct io_uring_cqe *cqe;
		const uint64_t *second;

		ring_enter(&ring, true);
		while ((cqe = ring_peek(&ring, &second))) {
			if (!begin)
				begin = now();
			on_completion(cqe, second, o->delay);
			ring_seen(&ring);
		}
		if (o->pause_us)
			usleep(o->pause_us);
	}
	return now() - (begin ? begin : now());
}

int main(int argc, char **argv)
{
	struct area_options a = { .queue = 1, .size = 16 << 20, .refill_entries = 4096, .event_user_data = EVENT };
	struct options o = { .port = 8000, .wanted = 1, .cq_entries = 4096 };

	parse(argc, argv, &o, &a);
	setvbuf(stdout, NULL, _IOLBF, 0);
	set_up(&o, &a);
	accept_all(o.port);
	report(serve(&o));
	if (o.abrupt)
		kill(getpid(), SIGKILL);
	ring_close(&ring);
	return failed() ? 1 : 0;
}
