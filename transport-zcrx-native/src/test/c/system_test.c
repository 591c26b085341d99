// SPDX-License-Identifier: Apache-2.0
/* The unit run of everything that needs no JVM. The Makefile builds it under sanitizers: their findings fail it too. */
#include "check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int checks;

void check(int holds, const char *what, const char *file, int line) {
    checks++;
    if (!holds) {
        fprintf(stderr, "%s:%d: failed: %s (errno is %d, %s)\n", file, line, what, errno, strerror(errno));
        exit(1);
    }
}

int main(void) {
    test_name();
    test_memory();
    test_kernel();
    test_socket();
    printf("system_test: %d checks passed\n", checks);
    return 0;
}
