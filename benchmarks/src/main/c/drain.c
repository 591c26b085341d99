// SPDX-License-Identifier: Apache-2.0
/* What a proxy sends to: takes all connections, and throws their bytes away. Ends when its standard input does. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

void drain(void) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 128) < 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) < 0) {
        die("listen");
    }
    printf("port=%d\n", ntohs(address.sin_port));
    fflush(stdout);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    event.data.fd = STDIN_FILENO;
    epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event);
    for (;;) {
        int count = epoll_wait(epoll, &event, 1, -1);
        if (count < 1) {
            continue;
        }
        if (event.data.fd == STDIN_FILENO) {
            return;
        }
        if (event.data.fd == listener) {
            event.data.fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
            event.events = EPOLLIN;
            if (event.data.fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event) < 0) {
                die("accept");
            }
        } else if (recv(event.data.fd, NULL, 1 << 20, MSG_TRUNC | MSG_DONTWAIT) <= 0 && errno != EAGAIN) {
            close(event.data.fd);
        }
    }
}
