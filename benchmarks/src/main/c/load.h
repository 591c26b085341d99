// SPDX-License-Identifier: Apache-2.0
/* The load generator: groups of connections, each on a thread of its own, that measure one server together. */
#ifndef LOAD_H
#define LOAD_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "histogram.h"

enum phase { WARMUP, MEASURE, STOP };

/* Set by the main thread, read by the groups before and after each thing they do. */
extern atomic_int phase;
/* When MEASURE began; written before phase. */
extern _Atomic uint64_t measure_start;

struct group;

struct kind {
    const char *name;
    /* Connects, calls group_ready() once, and works until STOP. */
    void (*run)(struct group *group);
    const char *method; /* of HTTP; NULL: it does not speak that */
    bool has_body;      /* whether the size is that of what is sent, and not of what is asked for */
};

struct group {
    const struct kind *kind;
    struct sockaddr_in server;
    int connections;
    size_t size;      /* of a message, or of one call to send; bytes */
    double rate;      /* messages per second of the whole group; 0: each follows the last at once */
    const char *path; /* of HTTP, see usage(); NULL: plain TCP */
    int cpu;          /* that it runs on; -1: wherever the program may */
    pthread_t thread;

    /* Of the phase MEASURE. */
    uint64_t bytes;
    uint64_t exchanges;
    uint64_t flow_min, flow_max; /* bytes of the slowest and the fastest connection */
    struct histogram latency;    /* nanoseconds */
};

extern const struct kind send_kind, receive_kind, echo_kind, put_kind, get_kind, churn_kind, idle_kind;

void group_ready(void);

static inline enum phase current_phase(void) {
    return (enum phase)atomic_load_explicit(&phase, memory_order_acquire);
}

uint64_t now_ns(void);

/* Prints what failed, with errno if it is set, and ends the program with code 1. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A connected non-blocking socket without Nagle's delay. */
int dial(const struct sockaddr_in *server);
void set_nonblocking(int fd);
void set_nodelay(int fd);
void *allocate(size_t count, size_t size);

/* Waits at most 10 ms, so that STOP is seen; a timeout below that is kept to the nanosecond. */
int wait_events(int epoll, void *events, int max, int64_t timeout_ns);
void watch(int epoll, int operation, int fd, uint32_t events, void *data);

enum { HTTP_HEAD_MAX = 4096, HTTP_STATUS_BYTES = 12 };

/* Writes the head of a connection's requests; returns its length. */
size_t http_head(char *head, const struct group *group, int connection, size_t body);
/* How long the answer is that begins like this, by its Content-Length; 0 if its head is not complete. */
size_t http_answer_size(const char *answer, size_t length);
/* Ends the program if the answer that comes next has another status than the first: an error is no work done. */
void http_check_status(int fd, const char *first);

/* The programs beside the groups; each prints key=value. */
void drain(void);
void calibrate(void);
void receive_cycle(void);

#endif
