// SPDX-License-Identifier: Apache-2.0
/*
 * deny_io_uring CALL ERRNO COMMAND...: runs COMMAND where io_uring_CALL(2) (setup, enter or register) fails with this
 * number, as under the seccomp profiles of containers (1, EPERM) or on a kernel without io_uring (38, ENOSYS). With
 * "kill" as the number, the call ends the process, as systemd's SystemCallFilter does by default.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static long number(const char *call)
{
    if (strcmp(call, "setup") == 0) {
        return SYS_io_uring_setup;
    }
    if (strcmp(call, "enter") == 0) {
        return SYS_io_uring_enter;
    }
    return strcmp(call, "register") == 0 ? SYS_io_uring_register : -1;
}

int main(int argc, char **argv)
{
    long call = argc < 4 ? -1 : number(argv[1]);
    if (call < 0) {
        fprintf(stderr, "usage: %s setup|enter|register ERRNO|kill COMMAND...\n", argv[0]);
        return 2;
    }
    unsigned action = strcmp(argv[2], "kill") == 0
        ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | (atoi(argv[2]) & SECCOMP_RET_DATA);
    /* The number of the call is the same on every architecture that the JVM could change to. */
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned) call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        fprintf(stderr, "deny_io_uring: no seccomp filter: %s\n", strerror(errno));
        return 2;
    }
    execvp(argv[3], argv + 3);
    fprintf(stderr, "deny_io_uring: cannot run %s: %s\n", argv[3], strerror(errno));
    return 2;
}
