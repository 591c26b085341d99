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

int main(int argc, char **argv)
{
	bool random_sizes = false;
	int nodelay = 0, option;

	while ((option = getopt(argc, argv, "nr")) != -1) {
		if (option == 'n')
			nodelay = 1;
		else if (option == 'r')
			random_sizes = true;
		else
			die("%s", usage);
	}
	argv += optind;
	argc -= optind;
	if (argc < 3 || argc > 5)
		die("%s", usage);

	uint64_t total = strtoull(argv[2], NULL, 0), pos = 0;
	uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
	size_t chunk = argc > 4 ? strtoul(argv[4], NULL, 0) : 1 << 18;
	uint8_t *buffer = chunk ? malloc(chunk) : NULL;

	if (!buffer)
		die("patsend: CHUNK %zu", chunk);
	int fd = connect_to(argv[0], argv[1]);

	if (nodelay)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &nodelay, sizeof(nodelay));
	double begin = now();

	while (pos < total) {
		size_t n = total - pos < chunk ? total - pos : chunk;

		if (random_sizes)
			n = 1 + (pattern_word(pos, 77) >> 20) % n;
		pattern_fill(buffer, n, pos, seed);
		send_all(fd, buffer, n);
		pos += n;
	}
	shutdown(fd, SHUT_WR);

	struct timeval patience = { .tv_sec = CLOSE_SECONDS };
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	ssize_t r;
	char c;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while ((r = recv(fd, &c, 1, 0)) > 0)
		;
	getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	double seconds = now() - begin;

	printf("patsend: sent %llu bytes, %.3f s, %.1f MB/s, retransmits %u, mss %u, end %s\n",
	       (unsigned long long)pos, seconds, pos / seconds / 1e6, info.tcpi_total_retrans,
	       info.tcpi_snd_mss, r ? strerrorname_np(errno) : "closed");
	return r ? 1 : 0;
}
