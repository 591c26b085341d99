// SPDX-License-Identifier: Apache-2.0
/* Connections that come and go: connect, one message, its answer, close. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

enum { SOURCES = 200 };

struct slot {
    int fd;
    bool sent;
    size_t received;
    uint64_t begun;
};

static uint64_t opened;

/* One address has 28,000 ports, each blocked for a while after its use; on loopback there are more addresses. */
static void bind_source(int fd, const struct sockaddr_in *server) {
    if ((ntohl(server->sin_addr.s_addr) >> 24) != 127) {
        return;
    }
    struct sockaddr_in source = {.sin_family = AF_INET};
    source.sin_addr.s_addr = htonl(0x7f000002u + (uint32_t)(opened % SOURCES));
    int on = 1;
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) < 0 ||
        bind(fd, (struct sockaddr *)&source, sizeof source) < 0) {
        die("bind a source address");
    }
}

static void open_slot(struct group *group, int epoll, struct slot *slot) {
    *slot = (struct slot){.begun = now_ns()};
    slot->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (slot->fd < 0) {
        die("socket");
    }
    bind_source(slot->fd, &group->server);
    opened++;
    set_nodelay(slot->fd);
    if (connect(slot->fd, (struct sockaddr *)&group->server, sizeof group->server) < 0 && errno != EINPROGRESS) {
        die("connect");
    }
    watch(epoll, EPOLL_CTL_ADD, slot->fd, EPOLLOUT, slot);
}

static void run_churn(struct group *group) {
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    char *message = allocate(group->size, 1);
    struct slot *slots = allocate((size_t)group->connections, sizeof *slots);
    group_ready();
    for (int i = 0; i < group->connections; i++) {
        open_slot(group, epoll, &slots[i]);
    }
    struct epoll_event events[64];
    while (current_phase() != STOP) {
        int count = wait_events(epoll, events, 64, INT64_MAX);
        for (int i = 0; i < count; i++) {
            struct slot *slot = events[i].data.ptr;
            if (!slot->sent) {
                if (send(slot->fd, message, group->size, MSG_NOSIGNAL) != (ssize_t)group->size) {
                    die("a new connection took no message");
                }
                slot->sent = true;
                watch(epoll, EPOLL_CTL_MOD, slot->fd, EPOLLIN, slot);
                continue;
            }
            ssize_t got = recv(slot->fd, NULL, group->size, MSG_TRUNC | MSG_DONTWAIT);
            if (got <= 0) {
                die("a new connection got no answer");
            }
            slot->received += (size_t)got;
            if (slot->received < group->size) {
                continue;
            }
            close(slot->fd);
            if (current_phase() == MEASURE) {
                group->exchanges++;
                if (slot->begun >= measure_start) {
                    histogram_record(&group->latency, now_ns() - slot->begun);
                }
            }
            open_slot(group, epoll, slot);
        }
    }
}

const struct kind churn_kind = {.name = "churn", .run = run_churn};
