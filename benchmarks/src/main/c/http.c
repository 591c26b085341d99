// SPDX-License-Identifier: Apache-2.0
/* As much HTTP/1.1 as the load generator speaks. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "load.h"

enum { MOST_NUMBERED = 1000 };

size_t http_head(char *head, const struct group *group, int connection, size_t body) {
    char name[16] = "";
    if (group->path[strlen(group->path) - 1] == '/') {
        if (group->connections > MOST_NUMBERED) {
            die("at most %d connections can have numbers in three digits", MOST_NUMBERED);
        }
        snprintf(name, sizeof name, "%03d", connection);
    }
    return (size_t)snprintf(head, HTTP_HEAD_MAX, "%s %s%s HTTP/1.1\r\nHost: bench\r\nContent-Length: %zu\r\n\r\n",
                            group->kind->method, group->path, name, body);
}

size_t http_answer_size(const char *answer, size_t length) {
    const char *end = strstr(answer, "\r\n\r\n");
    const char *field = strcasestr(answer, "\r\ncontent-length:");
    size_t whole = 0;
    errno = 0;
    bool no_content = strncmp(answer, "HTTP/1.1 204", 12) == 0;
    if (end != NULL && no_content) {
        whole = (size_t)(end + 4 - answer);
    } else if (end != NULL && field != NULL) {
        whole = (size_t)(end + 4 - answer) + strtoul(field + 17, NULL, 10);
    } else if (end != NULL || length == HTTP_HEAD_MAX) {
        die("the first answer has no Content-Length");
    }
    if (!no_content && strncmp(answer, "HTTP/1.1 200", 12) != 0) {
        die("the first answer is neither 200 nor 204");
    }
    return whole;
}

void http_check_status(int fd, const char *first) {
    char status[HTTP_STATUS_BYTES];
    ssize_t count = recv(fd, status, sizeof status, MSG_PEEK | MSG_DONTWAIT);
    if (count == HTTP_STATUS_BYTES && memcmp(status, first, sizeof status) != 0) {
        errno = 0;
        die("an answer begins with %.*s, and the first one with %.*s", HTTP_STATUS_BYTES, status, HTTP_STATUS_BYTES,
            first);
    }
}
