/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COMMON_H
#define COMMON_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define die(...)						\
	do {							\
		fprintf(stderr, __VA_ARGS__);			\
		fprintf(stderr, "\n");				\
		exit(1);					\
	} while (0)

static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Returns the socket, listening on all addresses, IPv4 and IPv6 */
int listen_on(int port);

#endif
