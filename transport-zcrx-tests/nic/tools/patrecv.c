// SPDX-License-Identifier: GPL-2.0
/* patrecv PORT: accepts one connection, reads it with plain recv, checks the pattern */
#include <sys/socket.h>
#include <unistd.h>
#include "common.h"
#include "pattern.h"

int main(int argc, char **argv)
{
	static uint8_t buffer[1 << 18];
	uint64_t got = 0, seed = 0;
	ssize_t n;

	if (argc != 2)
		die("patrecv PORT");
	setvbuf(stdout, NULL, _IOLBF, 0);
	int listener = listen_on(atoi(argv[1]));

	printf("patrecv: listening\n");
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		die("patrecv: accept: %m");
	while ((n = recv(fd, buffer, sizeof(buffer), 0)) > 0) {
		if (!got)
			seed = pattern_seed_of(buffer, n);
		size_t good = pattern_check(buffer, n, got, seed);

		if (good != (size_t)n)
			die("patrecv: CORRUPT at byte %llu", (unsigned long long)(got + good));
		got += n;
	}
	if (n < 0)
		die("patrecv: recv: %m");
	printf("patrecv: RESULT DATA-OK bytes %llu\n", (unsigned long long)got);
	return 0;
}
