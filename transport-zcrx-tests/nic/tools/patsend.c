// SPDX-License-Identifier: GPL-2.0
/* patsend: sends pattern bytes over TCP, then waits for the other side to close */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "common.h"
#include "pattern.h"

#define CONNECT_TRIES	50	/* of 100 ms: the server may not listen yet */
#define CLOSE_SECONDS	60

static const char usage[] =
	"patsend [-n] [-r] HOST PORT BYTES [SEED [CHUNK]]\n"
	"  -n  TCP_NODELAY\n"
	"  -r  pieces of random sizes up to CHUNK, else CHUNK bytes each (262144)\n"
	"  SEED is 1 to 16 (1); the pattern is described in pattern.h\n";

static int connect_to(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST }, *ai;

	if (getaddrinfo(host, port, &hints, &ai))
		die("patsend: no address: %s port %s", host, port);
	for (int i = 0; i < CONNECT_TRIES; i++) {
		int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0)
			die("patsend: socket: %m");
		if (!connect(fd, ai->ai_addr, ai->ai_addrlen)) {
			freeaddrinfo(ai);
			return fd;
		}
		close(fd);
		usleep(100000);
	}
	die("patsend: connect: %m");
}

static void send_all(int fd, const uint8_t *p, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

		if (sent < 0) {
			if (errno == EINTR)
				continue;
			die("patsend: send: %m");
		}
		p += sent;
		n -= sent;
	}
}

struct options {
	const char *host, *port;
	uint64_t total, seed;
	size_t chunk;
	bool random_sizes;
	int nodelay;
};

static void parse(int argc, char **argv, struct options *o)
{
	int option;

	while ((option = getopt(argc, argv, "nr")) != -1) {
		if (option == 'n')
			o->nodelay = 1;
		else if (option == 'r')
			o->random_sizes = true;
		else
			die("%s", usage);
	}
	argv += optind;
	argc -= optind;
	if (argc < 3 || argc > 5)
		die("%s", usage);
	o->host = argv[0];
	o->port = argv[1];
	o->total = strtoull(argv[2], NULL, 0);
	o->seed = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
	o->chunk = argc > 4 ? strtoul(argv[4], NULL, 0) : 1 << 18;
}

static void send_pattern(int fd, const struct options *o, uint8_t *buffer)
{
	uint64_t pos = 0;

	while (pos < o->total) {
		size_t n = o->total - pos < o->chunk ? o->total - pos : o->chunk;

		if (o->random_sizes)
			n = 1 + (pattern_word(pos, 77) >> 20) % n;
		pattern_fill(buffer, n, pos, o->seed);
		send_all(fd, buffer, n);
		pos += n;
	}
}

/* Returns what recv did: 0 when the other side has closed, else errno is set */
static ssize_t await_close(int fd)
{
	struct timeval patience = { .tv_sec = CLOSE_SECONDS };
	ssize_t r;
	char c;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while ((r = recv(fd, &c, 1, 0)) > 0)
		;
	return r;
}

int main(int argc, char **argv)
{
	struct options o = { 0 };

	parse(argc, argv, &o);
	uint8_t *buffer = o.chunk ? malloc(o.chunk) : NULL;

	if (!buffer)
		die("patsend: CHUNK %zu", o.chunk);
	int fd = connect_to(o.host, o.port);

	if (o.nodelay)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &o.nodelay, sizeof(o.nodelay));
	double begin = now();

	send_pattern(fd, &o, buffer);
	shutdown(fd, SHUT_WR);
	const char *end = await_close(fd) ? strerrorname_np(errno) : NULL;
	double seconds = now() - begin;
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	printf("patsend: sent %llu bytes, %.3f s, %.1f MB/s, retransmits %u, mss %u, end %s\n",
	       (unsigned long long)o.total, seconds, o.total / seconds / 1e6, info.tcpi_total_retrans,
	       info.tcpi_snd_mss, end ? end : "closed");
	return end ? 1 : 0;
}
