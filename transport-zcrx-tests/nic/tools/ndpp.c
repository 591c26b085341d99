// SPDX-License-Identifier: GPL-2.0
/*
 * ndpp: the kernel's page pools and receive queues, by the netdev netlink family. The quickest leak check:
 * a pool that stays DETACHED has buffers in flight that nobody gives back.
 */
#include <linux/genetlink.h>
#include <linux/netdev.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "common.h"

#define MAX_ATTRIBUTES	64
#define REPLY_SECONDS	5

static const char usage[] =
	"ndpp pools    page pools: interface, pages in flight, provider, DETACHED\n"
	"ndpp queues   receive queues, and who provides their memory\n";

struct request {
	struct nlmsghdr header;
	struct genlmsghdr generic;
	char attributes[64];
};

typedef void show_fn(struct nlattr **attributes);

static int netlink_fd;

static uint64_t number(const struct nlattr *a)
{
	const void *payload = (const char *)a + NLA_HDRLEN;
	uint64_t wide = 0;
	uint32_t narrow;

	if (!a)
		return 0;
	if (a->nla_len - NLA_HDRLEN == sizeof(wide)) {
		memcpy(&wide, payload, sizeof(wide));
		return wide;
	}
	if (a->nla_len - NLA_HDRLEN != sizeof(narrow))
		return 0;
	memcpy(&narrow, payload, sizeof(narrow));
	return narrow;
}

/* The attributes of one message, by type */
static void collect(const struct nlmsghdr *h, struct nlattr **by_type)
{
	char *p = (char *)NLMSG_DATA(h) + GENL_HDRLEN, *end = (char *)h + h->nlmsg_len;

	memset(by_type, 0, MAX_ATTRIBUTES * sizeof(*by_type));
	while (p + NLA_HDRLEN <= end) {
		struct nlattr *a = (struct nlattr *)p;

		if (a->nla_len < NLA_HDRLEN)
			break;
		if ((a->nla_type & NLA_TYPE_MASK) < MAX_ATTRIBUTES)
			by_type[a->nla_type & NLA_TYPE_MASK] = a;
		p += NLA_ALIGN(a->nla_len);
	}
}

static void ask(struct request *r)
{
	if (send(netlink_fd, r, r->header.nlmsg_len, 0) < 0)
		die("ndpp: send: %m");
}

/* Calls show for every message of the answer */
static void hear(show_fn *show, bool many)
{
	static char buffer[1 << 16] __attribute__((aligned(8)));
	struct nlattr *attributes[MAX_ATTRIBUTES];

	for (;;) {
		int len = recv(netlink_fd, buffer, sizeof(buffer), 0);

		if (len < 0)
			die("ndpp: recv: %m");
		for (struct nlmsghdr *h = (struct nlmsghdr *)buffer; NLMSG_OK(h, len); h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type == NLMSG_DONE)
				return;
			if (h->nlmsg_type == NLMSG_ERROR)
				die("ndpp: the kernel's netdev family answers %s",
				    strerror(-((struct nlmsgerr *)NLMSG_DATA(h))->error));
			collect(h, attributes);
			show(attributes);
		}
		if (!many)
			return;
	}
}

static uint16_t family;

static void note_family(struct nlattr **a)
{
	if (a[CTRL_ATTR_FAMILY_ID])
		memcpy(&family, (char *)a[CTRL_ATTR_FAMILY_ID] + NLA_HDRLEN, sizeof(family));
}

static void find_family(void)
{
	static const char name[] = NETDEV_FAMILY_NAME;
	struct request r = {
		.header = { .nlmsg_type = GENL_ID_CTRL, .nlmsg_flags = NLM_F_REQUEST },
		.generic = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
	};
	struct nlattr *a = (struct nlattr *)r.attributes;

	a->nla_type = CTRL_ATTR_FAMILY_NAME;
	a->nla_len = NLA_HDRLEN + sizeof(name);
	memcpy(r.attributes + NLA_HDRLEN, name, sizeof(name));
	r.header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) + NLA_ALIGN(a->nla_len);
	ask(&r);
	hear(note_family, false);
	if (!family)
		die("ndpp: this kernel has no netdev family");
}

static void dump(uint8_t command, show_fn *show)
{
	struct request r = {
		.header = { .nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN), .nlmsg_type = family,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.generic = { .cmd = command, .version = 1 },
	};

	ask(&r);
	hear(show, true);
}

static const char *name_of(uint64_t index)
{
	static char name[IF_NAMESIZE];

	return index && if_indextoname(index, name) ? name : "?";
}

static void show_number(const char *name, const struct nlattr *a)
{
	if (a)
		printf(" %s %llu", name, (unsigned long long)number(a));
}

static void show_pool(struct nlattr **a)
{
	printf("pool %llu if %s", (unsigned long long)number(a[NETDEV_A_PAGE_POOL_ID]),
	       name_of(number(a[NETDEV_A_PAGE_POOL_IFINDEX])));
	show_number("napi", a[NETDEV_A_PAGE_POOL_NAPI_ID]);
	show_number("inflight", a[NETDEV_A_PAGE_POOL_INFLIGHT]);
	show_number("bytes", a[NETDEV_A_PAGE_POOL_INFLIGHT_MEM]);
	printf("%s%s%s\n", a[NETDEV_A_PAGE_POOL_IO_URING] ? " io_uring" : "",
	       a[NETDEV_A_PAGE_POOL_DMABUF] ? " dmabuf" : "",
	       a[NETDEV_A_PAGE_POOL_DETACH_TIME] ? " DETACHED" : "");
}

static void show_queue(struct nlattr **a)
{
	if (number(a[NETDEV_A_QUEUE_TYPE]) != NETDEV_QUEUE_TYPE_RX)
		return;
	printf("queue %llu if %s", (unsigned long long)number(a[NETDEV_A_QUEUE_ID]),
	       name_of(number(a[NETDEV_A_QUEUE_IFINDEX])));
	show_number("napi", a[NETDEV_A_QUEUE_NAPI_ID]);
	printf("%s%s\n", a[NETDEV_A_QUEUE_IO_URING] ? " io_uring" : "", a[NETDEV_A_QUEUE_DMABUF] ? " dmabuf" : "");
}

int main(int argc, char **argv)
{
	struct timeval patience = { .tv_sec = REPLY_SECONDS };
	const char *what = argc == 2 ? argv[1] : "";
	bool queues = !strcmp(what, "queues");

	if (!queues && strcmp(what, "pools"))
		die("%s", usage);
	netlink_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (netlink_fd < 0)
		die("ndpp: netlink: %m");
	setsockopt(netlink_fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	find_family();
	if (queues)
		dump(NETDEV_CMD_QUEUE_GET, show_queue);
	else
		dump(NETDEV_CMD_PAGE_POOL_GET, show_pool);
	return 0;
}
