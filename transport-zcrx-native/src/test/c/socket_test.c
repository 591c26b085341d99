// SPDX-License-Identifier: Apache-2.0
/* Sockets: what is sent and received without waiting. */
#include "check.h"
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void should_send_without_waiting(void) {
    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    char sent[] = "data", received[sizeof sent];
    CHECK(zcrx_send(pair[0], (int64_t) (intptr_t) sent, sizeof sent) == sizeof sent);
    CHECK(read(pair[1], received, sizeof received) == sizeof received);
    CHECK(memcmp(sent, received, sizeof sent) == 0);
    static char much[1 << 20];
    int result;
    do {
        result = zcrx_send(pair[0], (int64_t) (intptr_t) much, sizeof much);
    } while (result > 0);
    CHECK(result == -EAGAIN);
    close(pair[1]);
    CHECK(zcrx_send(pair[0], (int64_t) (intptr_t) sent, sizeof sent) == -EPIPE);
    close(pair[0]);
}

static void should_send_message_without_waiting(void) {
    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    char sent[] = "data", received[sizeof sent];
    static char much[1 << 20];
    struct iovec parts[] = {{.iov_base = sent, .iov_len = 2}, {.iov_base = sent + 2, .iov_len = sizeof sent - 2}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    int64_t header = (int64_t) (intptr_t) &message;
    CHECK(zcrx_send_message(pair[0], header, 0) == sizeof sent);
    CHECK(read(pair[1], received, sizeof received) == sizeof received);
    CHECK(memcmp(sent, received, sizeof sent) == 0);
    parts[1] = (struct iovec){.iov_base = much, .iov_len = sizeof much};
    int result;
    do {
        result = zcrx_send_message(pair[0], header, 0);
    } while (result > 0);
    CHECK(result == -EAGAIN);
    close(pair[1]);
    CHECK(zcrx_send_message(pair[0], header, 0) == -EPIPE);
    CHECK(zcrx_send_message(-1, header, 0) == -EBADF);
    close(pair[0]);
}

static void should_send_file_without_waiting(void) {
    char path[] = "/tmp/zcrx-system-test-XXXXXX";
    int file = mkstemp(path);
    CHECK(file >= 0);
    CHECK(unlink(path) == 0);
    CHECK(write(file, "0123456789", 10) == 10);
    CHECK(ftruncate(file, 1 << 24) == 0);
    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    char received[4];
    CHECK(zcrx_send_file(pair[0], file, 3, 4) == 4);
    CHECK(read(pair[1], received, sizeof received) == 4);
    CHECK(memcmp(received, "3456", 4) == 0);
    CHECK(zcrx_send_file(pair[0], file, 1 << 24, 4) == 0);
    CHECK(zcrx_send_file(pair[0], -1, 0, 4) == -EBADF);
    CHECK(zcrx_send_file(-1, file, 0, 4) == -EBADF);
    int64_t result;
    do {
        result = zcrx_send_file(pair[0], file, 0, 1 << 24);
    } while (result > 0);
    CHECK(result == -EAGAIN);
    CHECK((fcntl(pair[0], F_GETFL) & O_NONBLOCK) == 0);
    close(pair[1]);
    /* As in a JVM: sendfile(2) cannot be told to raise no signal. */
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    CHECK(zcrx_send_file(pair[0], file, 0, 4) == -EPIPE);
    signal(SIGPIPE, before);
    close(pair[0]);
    close(file);
}

static void should_receive_message_without_waiting(void) {
    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
    char received[8];
    struct iovec part = {.iov_base = received, .iov_len = sizeof received};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    int64_t header = (int64_t) (intptr_t) &message;
    CHECK(zcrx_receive_message(pair[0], header) == -EAGAIN);
    CHECK(write(pair[1], "data", 4) == 4);
    CHECK(write(pair[1], "x", 1) == 1);
    CHECK(zcrx_receive_message(pair[0], header) == 4);
    CHECK(zcrx_receive_message(pair[0], header) == 1);
    close(pair[1]);
    CHECK(zcrx_receive_message(pair[0], header) == 0);
    CHECK(zcrx_receive_message(-1, header) == -EBADF);
    close(pair[0]);
    int fd = zcrx_domain_socket();
    CHECK(fd >= 0 && (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    close(fd);
}

static void should_set_blocking_and_keep_other_flags(void) {
    char path[] = "/tmp/zcrx-system-test-XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    CHECK(unlink(path) == 0);
    CHECK(fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND) == 0);
    CHECK(zcrx_set_blocking(fd) == 0);
    CHECK((fcntl(fd, F_GETFL) & (O_NONBLOCK | O_APPEND)) == O_APPEND);
    CHECK(zcrx_set_blocking(fd) == 0);
    close(fd);
    CHECK(zcrx_set_blocking(fd) == -EBADF);
    CHECK(zcrx_set_blocking(-1) == -EBADF);
}

void test_socket(void) {
    should_send_without_waiting();
    should_send_message_without_waiting();
    should_send_file_without_waiting();
    should_receive_message_without_waiting();
    should_set_blocking_and_keep_other_flags();
}
