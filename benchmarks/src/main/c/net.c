// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

enum { LONGEST_WAIT_NS = 10 * 1000 * 1000 };

uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void die(const char *format, ...) {
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, error ? ": %s\n" : "\n", strerror(error));
    exit(1);
}

void *allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (memory == NULL) {
        die("no memory for %zu times %zu bytes", count, size);
    }
    return memory;
}

void set_nonblocking(int fd) {
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0) {
        die("fcntl(O_NONBLOCK)");
    }
}

void set_nodelay(int fd) {
    int on = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) {
        die("setsockopt(TCP_NODELAY)");
    }
}

int dial(const struct sockaddr_in *server) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        die("socket");
    }
    if (connect(fd, (const struct sockaddr *)server, sizeof *server) < 0) {
        die("connect to port %d", ntohs(server->sin_port));
    }
    set_nodelay(fd);
    set_nonblocking(fd);
    return fd;
}

int wait_events(int epoll, void *events, int max, int64_t timeout_ns) {
    if (timeout_ns < 0) {
        timeout_ns = 0;
    }
    if (timeout_ns > LONGEST_WAIT_NS) {
        timeout_ns = LONGEST_WAIT_NS;
    }
    struct timespec timeout = {.tv_nsec = timeout_ns};
    int count = epoll_pwait2(epoll, events, max, &timeout, NULL);
    if (count < 0 && errno != EINTR) {
        die("epoll_pwait2");
    }
    return count < 0 ? 0 : count;
}

void watch(int epoll, int operation, int fd, uint32_t events, void *data) {
    struct epoll_event event = {.events = events, .data.ptr = data};
    if (epoll_ctl(epoll, operation, fd, &event) < 0) {
        die("epoll_ctl");
    }
}
