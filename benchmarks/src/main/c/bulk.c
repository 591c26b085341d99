// SPDX-License-Identifier: Apache-2.0
/* Long flows: as many bytes as the server takes (send), or gives (receive). */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

struct flow {
    int fd;
    uint64_t bytes;
};

typedef ssize_t (*transfer)(struct group *group, int fd, int file);

/*
 * Sends pages of a file in memory, which costs the sender no copy: so the receiver, which is what is measured, is the
 * slower side even where both have one processor.
 */
static ssize_t transfer_out(struct group *group, int fd, int file) {
    off_t start = 0;
    return sendfile(fd, file, &start, group->size);
}

/* MSG_TRUNC throws TCP's bytes away without a copy. */
static ssize_t transfer_in(struct group *group, int fd, int file) {
    (void)file;
    ssize_t count = recv(fd, NULL, group->size, MSG_TRUNC | MSG_DONTWAIT);
    if (count == 0) {
        errno = 0;
        die("the server closed a flow that it should fill");
    }
    return count;
}

static int file_of(size_t size) {
    int file = memfd_create("load", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, (off_t)size) < 0) {
        die("memfd_create");
    }
    unsigned char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) {
        die("mmap");
    }
    for (size_t i = 0; i < size; i++) {
        memory[i] = (unsigned char)(i * 31 >> 3);
    }
    munmap(memory, size);
    return file;
}

static void run(struct group *group, transfer transfer, uint32_t direction) {
    int file = file_of(group->size);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct flow *flows = allocate((size_t)group->connections, sizeof *flows);
    for (int i = 0; i < group->connections; i++) {
        flows[i].fd = dial(&group->server);
        watch(epoll, EPOLL_CTL_ADD, flows[i].fd, direction, &flows[i]);
    }
    group_ready();
    struct epoll_event events[64];
    while (current_phase() != STOP) {
        int count = wait_events(epoll, events, 64, INT64_MAX);
        for (int i = 0; i < count; i++) {
            struct flow *flow = events[i].data.ptr;
            ssize_t done = transfer(group, flow->fd, file);
            if (done < 0 && errno != EAGAIN) {
                die("a flow broke");
            }
            if (done > 0 && current_phase() == MEASURE) {
                flow->bytes += (uint64_t)done;
            }
        }
    }
    group->flow_min = UINT64_MAX;
    for (int i = 0; i < group->connections; i++) {
        uint64_t bytes = flows[i].bytes;
        group->bytes += bytes;
        group->flow_min = bytes < group->flow_min ? bytes : group->flow_min;
        group->flow_max = bytes > group->flow_max ? bytes : group->flow_max;
    }
}

static void run_send(struct group *group) { run(group, transfer_out, EPOLLOUT); }

static void run_receive(struct group *group) { run(group, transfer_in, EPOLLIN); }

const struct kind send_kind = {.name = "send", .run = run_send};
const struct kind receive_kind = {.name = "receive", .run = run_receive};
