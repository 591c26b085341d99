// SPDX-License-Identifier: Apache-2.0
/*
 * Messages that the server answers. Without a rate each connection sends the next one when the answer to the last is
 * there. With a rate the times to send are fixed beforehand, and up to 64 messages of a connection go out before the first
 * of them is answered. A latency counts from the time a message should have been sent: an answer that is late also delays
 * those behind it, and this must show (no coordinated omission).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "load.h"

/* Objects from this length on count as they move: a measurement has few of them, and they end in bursts. */
enum { COUNTED_IN_PIECES = 1 << 20 };

/* Of a connection at a rate. Netty's HTTP codec closes one with more than 128 requests that are not answered. */
enum { MOST_UNDER_WAY = 64 };

struct connection {
    int fd;
    char *head;         /* what comes before the body of each message; NULL for plain TCP */
    bool blocked;       /* the socket takes no more bytes for now */
    size_t sent;        /* of the last message begun; its size when no part is left to send */
    size_t received;    /* of the oldest answer that is not complete */
    uint64_t under_way; /* messages begun and not answered */
    uint64_t began;     /* without a rate: when the message under way was begun */
    uint64_t earlier;   /* of those under way, begun before the schedule */
    uint64_t due;       /* messages of the schedule by now */
    uint64_t begun;     /* of them, begun */
    uint64_t answered;  /* of them, answered */
};

struct exchanger {
    struct group *group;
    struct connection *connections;
    int epoll;
    unsigned char *body;
    size_t body_size;
    size_t head_size;    /* the same for all connections */
    size_t message_size; /* head and body */
    size_t answer_size;
    char status[HTTP_STATUS_BYTES]; /* of the first answer, with the protocol: all others have it, too */
    bool in_pieces;                 /* whether bytes are counted as they move, and not with each message */
    uint64_t start; /* of the schedule */
    uint64_t next;  /* number of the next message on the schedule */
};

/* Without HTTP a message is the length of the rest, big endian, for servers that want frames, and the rest. */
static void make_body(struct exchanger *exchanger) {
    struct group *group = exchanger->group;
    exchanger->body_size = group->kind->has_body ? group->size : 0;
    exchanger->body = allocate(group->size, 1);
    memset(exchanger->body, 'x', group->size);
    if (group->path == NULL) {
        uint32_t rest = htonl((uint32_t)(group->size - sizeof rest));
        memcpy(exchanger->body, &rest, sizeof rest);
        exchanger->answer_size = group->size;
    }
    exchanger->message_size = exchanger->body_size;
    exchanger->in_pieces = group->kind != &echo_kind && group->size >= COUNTED_IN_PIECES;
}

static void make_head(struct exchanger *exchanger, struct connection *connection) {
    connection->head = allocate(HTTP_HEAD_MAX, 1);
    exchanger->head_size = http_head(connection->head, exchanger->group, (int)(connection - exchanger->connections),
                                     exchanger->body_size);
    exchanger->message_size = exchanger->head_size + exchanger->body_size;
}

/* Sends of the message what is left, as far as the socket takes it; returns as send(2) does. */
static ssize_t send_rest(const struct exchanger *exchanger, const struct connection *connection, size_t sent) {
    struct iovec parts[2];
    size_t count = 0;
    if (sent < exchanger->head_size) {
        parts[count++] = (struct iovec){connection->head + sent, exchanger->head_size - sent};
        sent = exchanger->head_size;
    }
    size_t of_body = sent - exchanger->head_size;
    if (of_body < exchanger->body_size) {
        parts[count++] = (struct iovec){exchanger->body + of_body, exchanger->body_size - of_body};
    }
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    return sendmsg(connection->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Waits for the socket; returns what it is ready for. */
static short wait_for(int fd, bool sending) {
    struct pollfd poll_fd = {.fd = fd, .events = (short)(POLLIN | (sending ? POLLOUT : 0))};
    if (poll(&poll_fd, 1, 30000) <= 0) {
        die("no answer to the first request");
    }
    return poll_fd.revents;
}

/* The first exchange of a group that speaks HTTP: all answers are as long as this one. */
static void learn_answer_size(struct exchanger *exchanger, struct connection *connection) {
    int fd = connection->fd;
    char answer[HTTP_HEAD_MAX + 1];
    size_t sent = 0;
    size_t length = 0;
    size_t whole = 0; /* 0 until it is known */
    while (sent < exchanger->message_size || whole == 0 || length < whole) {
        short ready = wait_for(fd, sent < exchanger->message_size);
        if (ready & POLLOUT) {
            ssize_t count = send_rest(exchanger, connection, sent);
            if (count < 0) {
                die("the first request");
            }
            sent += (size_t)count;
        }
        if (!(ready & POLLIN)) {
            continue;
        }
        ssize_t count = whole == 0 ? recv(fd, answer + length, HTTP_HEAD_MAX - length, 0)
                                   : recv(fd, NULL, whole - length, MSG_TRUNC);
        if (count <= 0) {
            die("the first answer ended after %zu bytes", length);
        }
        length += (size_t)count;
        if (whole == 0) {
            answer[length] = 0;
            whole = http_answer_size(answer, length);
        }
    }
    exchanger->answer_size = whole;
    memcpy(exchanger->status, answer, HTTP_STATUS_BYTES);
}

static void count_bytes(struct group *group, size_t bytes) {
    if (current_phase() == MEASURE) {
        group->bytes += bytes;
    }
}

static void push(struct exchanger *exchanger, struct connection *connection) {
    while (connection->sent < exchanger->message_size) {
        ssize_t count = send_rest(exchanger, connection, connection->sent);
        if (count < 0 && errno != EAGAIN) {
            die("a message could not be sent");
        }
        if (count < 0) {
            break;
        }
        connection->sent += (size_t)count;
        if (exchanger->in_pieces && exchanger->body_size > 0) {
            count_bytes(exchanger->group, (size_t)count);
        }
    }
    bool blocked = connection->sent < exchanger->message_size;
    if (blocked != connection->blocked) {
        connection->blocked = blocked;
        watch(exchanger->epoll, EPOLL_CTL_MOD, connection->fd, EPOLLIN | (blocked ? EPOLLOUT : 0u), connection);
    }
}

static void begin(struct exchanger *exchanger, struct connection *connection) {
    connection->under_way++;
    connection->sent = 0;
    push(exchanger, connection);
}

/* When a connection's message should be sent; index counts that connection's messages. */
static uint64_t time_of(const struct exchanger *exchanger, const struct connection *connection, uint64_t index) {
    uint64_t number =
        (uint64_t)(connection - exchanger->connections) + index * (uint64_t)exchanger->group->connections;
    return exchanger->start + (uint64_t)((double)number * 1e9 / exchanger->group->rate);
}

/* Sends what this connection owes the schedule, as far as the socket takes it. */
static void begin_due(struct exchanger *exchanger, struct connection *connection) {
    while (connection->sent == exchanger->message_size && connection->begun < connection->due &&
           connection->under_way < MOST_UNDER_WAY) {
        connection->begun++;
        begin(exchanger, connection);
    }
}

static void record(struct exchanger *exchanger, uint64_t from, uint64_t now) {
    if (from >= measure_start) {
        histogram_record(&exchanger->group->latency, now - from);
    }
}

/* The time that the latency of the oldest message under way counts from. */
static uint64_t take_oldest(struct exchanger *exchanger, struct connection *connection) {
    connection->under_way--;
    if (exchanger->group->rate == 0) {
        return connection->began;
    }
    if (connection->earlier > 0) {
        connection->earlier--;
        return 0;
    }
    return time_of(exchanger, connection, connection->answered++);
}

static void complete(struct exchanger *exchanger, struct connection *connection) {
    struct group *group = exchanger->group;
    uint64_t now = now_ns();
    uint64_t from = take_oldest(exchanger, connection);
    if (current_phase() == MEASURE) {
        record(exchanger, from, now);
        group->exchanges++;
        group->bytes += exchanger->in_pieces ? 0 : group->size;
    }
    if (group->rate == 0) {
        connection->began = now;
        begin(exchanger, connection);
    } else {
        begin_due(exchanger, connection);
    }
}

static void pull(struct exchanger *exchanger, struct connection *connection) {
    if (exchanger->group->kind != &echo_kind && connection->received == 0) {
        http_check_status(connection->fd, exchanger->status);
    }
    size_t missing = connection->under_way * exchanger->answer_size - connection->received;
    if (missing == 0) {
        /* Nothing is to come, so this is the end of the connection. */
        missing = 1;
    }
    ssize_t count = recv(connection->fd, NULL, missing, MSG_TRUNC | MSG_DONTWAIT);
    if (count == 0) {
        errno = 0;
        die("the server closed a connection");
    }
    if (count < 0) {
        if (errno != EAGAIN) {
            die("a connection broke");
        }
        return;
    }
    if (connection->under_way == 0) {
        errno = 0;
        die("the server sent more than it was asked for");
    }
    connection->received += (size_t)count;
    if (exchanger->in_pieces && exchanger->body_size == 0) {
        count_bytes(exchanger->group, (size_t)count);
    }
    while (connection->received >= exchanger->answer_size && connection->under_way > 0) {
        connection->received -= exchanger->answer_size;
        complete(exchanger, connection);
    }
}

static void start_schedule(struct exchanger *exchanger) {
    exchanger->start = now_ns();
    exchanger->next = 0;
    for (int i = 0; i < exchanger->group->connections; i++) {
        struct connection *connection = &exchanger->connections[i];
        connection->earlier = connection->under_way;
        connection->begun = 0;
        connection->due = 0;
        connection->answered = 0;
    }
}

/* Sends what is due, and returns how long nothing else will be. */
static int64_t keep_schedule(struct exchanger *exchanger) {
    uint64_t connections = (uint64_t)exchanger->group->connections;
    for (;;) {
        struct connection *connection = &exchanger->connections[exchanger->next % connections];
        uint64_t time = time_of(exchanger, connection, exchanger->next / connections);
        uint64_t now = now_ns();
        if (time > now) {
            return (int64_t)(time - now);
        }
        exchanger->next++;
        connection->due++;
        begin_due(exchanger, connection);
    }
}

/* Messages without an answer at the end count with what they have waited for by then. */
static void record_unanswered(struct exchanger *exchanger) {
    uint64_t now = now_ns();
    for (int i = 0; i < exchanger->group->connections; i++) {
        struct connection *connection = &exchanger->connections[i];
        for (; connection->answered < connection->due; connection->answered++) {
            record(exchanger, time_of(exchanger, connection, connection->answered), now);
        }
    }
}

/*
 * A message is not to wait for the server that has the processor. Only for few messages: of a thread that has the
 * processor for 950 of 1000 ms the kernel takes it away for the other 50.
 */
static void prefer_this_thread(void) {
    struct sched_param priority = {.sched_priority = 1};
    if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority) != 0) {
        fputs("load: no privilege for SCHED_FIFO: latencies have the waits for this processor in them\n", stderr);
    }
}

static void connect_all(struct exchanger *exchanger) {
    struct group *group = exchanger->group;
    exchanger->connections = allocate((size_t)group->connections, sizeof *exchanger->connections);
    for (int i = 0; i < group->connections; i++) {
        struct connection *connection = &exchanger->connections[i];
        connection->fd = dial(&group->server);
        if (group->path != NULL) {
            make_head(exchanger, connection);
        }
        connection->sent = exchanger->message_size;
        if (group->path != NULL && i == 0) {
            learn_answer_size(exchanger, connection);
        }
        watch(exchanger->epoll, EPOLL_CTL_ADD, connection->fd, EPOLLIN, connection);
    }
}

/* Without a rate: the first message of each connection. */
static void begin_all(struct exchanger *exchanger) {
    for (int i = 0; i < exchanger->group->connections; i++) {
        exchanger->connections[i].began = now_ns();
        begin(exchanger, &exchanger->connections[i]);
    }
}

static void handle_events(struct exchanger *exchanger, int64_t timeout) {
    struct epoll_event events[256];
    int count = wait_events(exchanger->epoll, events, 256, timeout);
    for (int i = 0; i < count; i++) {
        struct connection *connection = events[i].data.ptr;
        if (events[i].events & EPOLLOUT) {
            push(exchanger, connection);
            begin_due(exchanger, connection);
        }
        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
            pull(exchanger, connection);
        }
    }
}

static void run_echo(struct group *group) {
    struct exchanger exchanger = {.group = group, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    make_body(&exchanger);
    connect_all(&exchanger);
    group_ready();

    bool paced = group->rate > 0;
    if (paced && group->cpu >= 0) {
        prefer_this_thread();
    }
    enum phase last = WARMUP;
    start_schedule(&exchanger);
    if (!paced) {
        begin_all(&exchanger);
    }
    for (enum phase seen; (seen = current_phase()) != STOP;) {
        if (seen != last) {
            /* What the warm-up left undone is not owed to the measurement. */
            start_schedule(&exchanger);
            last = seen;
        }
        handle_events(&exchanger, paced ? keep_schedule(&exchanger) : INT64_MAX);
    }
    if (paced) {
        record_unanswered(&exchanger);
    }
}

const struct kind echo_kind = {.name = "echo", .run = run_echo, .method = "POST", .has_body = true};
const struct kind put_kind = {.name = "put", .run = run_echo, .method = "PUT", .has_body = true};
const struct kind get_kind = {.name = "get", .run = run_echo, .method = "GET"};
