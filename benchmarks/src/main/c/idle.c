// SPDX-License-Identifier: Apache-2.0
/* Connections that were used once, so that the server has made for them what it makes, and then only stay. */
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "load.h"

static void use_once(int fd, const char *message, size_t size) {
    if (send(fd, message, size, MSG_NOSIGNAL) != (ssize_t)size) {
        die("an idle connection took no message");
    }
    for (size_t received = 0; received < size;) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        if (poll(&poll_fd, 1, 30000) <= 0) {
            die("an idle connection got no answer");
        }
        ssize_t count = recv(fd, NULL, size - received, MSG_TRUNC | MSG_DONTWAIT);
        if (count <= 0) {
            die("an idle connection broke");
        }
        received += (size_t)count;
    }
}

static void run_idle(struct group *group) {
    char *message = allocate(group->size, 1);
    for (int i = 0; i < group->connections; i++) {
        use_once(dial(&group->server), message, group->size);
    }
    group_ready();
    while (current_phase() != STOP) {
        struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
        nanosleep(&pause, NULL);
    }
}

const struct kind idle_kind = {.name = "idle", .run = run_idle};
