// SPDX-License-Identifier: Apache-2.0
#include "system.h"

#include "nic_abi.h"
#include "socket_abi.h"
#include "zcrx_abi.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/time_types.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NANOS_PER_SECOND = 1000 * 1000 * 1000 };

static int error_or(int result) {
    return result < 0 ? -errno : result;
}

int64_t zcrx_mmap(int64_t length, int flags) {
    int map = MAP_PRIVATE | MAP_ANONYMOUS;
    if (flags & ~(ZCRX_MAP_HUGE | ZCRX_MAP_POPULATE)) {
        return -EINVAL;
    }
    if (flags & ZCRX_MAP_HUGE) {
        map |= MAP_HUGETLB;
    }
    if (flags & ZCRX_MAP_POPULATE) {
        map |= MAP_POPULATE;
    }
    void *address = mmap(NULL, (size_t) length, PROT_READ | PROT_WRITE, map, -1, 0);
    return address == MAP_FAILED ? -errno : (int64_t) (intptr_t) address;
}

int zcrx_memory_file(int64_t length, int flags) {
    unsigned create = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    if (flags & ~ZCRX_MAP_HUGE) {
        return -EINVAL;
    }
    if (flags & ZCRX_MAP_HUGE) {
        create |= MFD_HUGETLB;
    }
    int fd = (int) syscall(SYS_memfd_create, "zcrx", create);
    if (fd >= 0 && ftruncate(fd, length) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return error_or(fd);
}

int64_t zcrx_map_file(int fd, int64_t length, int writable) {
    int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    void *address = mmap(NULL, (size_t) length, protection, MAP_SHARED, fd, 0);
    return address == MAP_FAILED ? -errno : (int64_t) (intptr_t) address;
}

int zcrx_status(int fd, int64_t status) {
    /* Not fstat(3), whose symbol older C libraries do not have. */
    struct statx file;
    if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &file) < 0) {
        return -errno;
    }
    int64_t *out = (int64_t *) (intptr_t) status;
    out[0] = (int64_t) file.stx_dev_major << 32 | file.stx_dev_minor;
    out[1] = (int64_t) file.stx_ino;
    out[2] = (int64_t) file.stx_size;
    out[3] = file.stx_uid;
    return 0;
}

int zcrx_fcntl(int fd, int command, int argument) {
    return error_or(fcntl(fd, command, argument));
}

int zcrx_munmap(int64_t address, int64_t length) {
    return error_or(munmap((void *) (intptr_t) address, (size_t) length));
}

int zcrx_madvise(int64_t address, int64_t length, int advice) {
    return error_or(madvise((void *) (intptr_t) address, (size_t) length, advice));
}

int zcrx_register(int ring, unsigned opcode, int64_t argument, unsigned count) {
    return error_or((int) syscall(SYS_io_uring_register, ring, opcode, (void *) (intptr_t) argument, count));
}

int zcrx_setup_ring(unsigned entries, int64_t params) {
    return error_or((int) syscall(SYS_io_uring_setup, entries, (void *) (intptr_t) params));
}

int zcrx_futex_wake(int64_t address) {
    return error_or((int) syscall(SYS_futex, (uint32_t *) (intptr_t) address, FUTEX_WAKE, 1, NULL, NULL, 0));
}

int zcrx_await(int ring, unsigned count, int64_t nanos) {
    struct __kernel_timespec time = {.tv_sec = nanos / NANOS_PER_SECOND, .tv_nsec = nanos % NANOS_PER_SECOND};
    struct io_uring_getevents_arg argument = {.ts = (uint64_t) (uintptr_t) &time};
    unsigned flags = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG;
    return error_or((int) syscall(SYS_io_uring_enter, ring, 0, count, flags, &argument, sizeof argument));
}

/* Non-blocking: the kernel has answered by the time a request is sent, so there is nothing to wait for. */
int zcrx_netlink_socket(int protocol) {
    return error_or(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
}

/* Packets keep each message with its descriptors. */
int zcrx_domain_socket(void) {
    return error_or(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

int zcrx_ioctl(int fd, int64_t request, int64_t argument) {
    return error_or(ioctl(fd, (unsigned long) request, (void *) (intptr_t) argument));
}

int zcrx_send(int fd, int64_t address, int length) {
    return error_or((int) send(fd, (void *) (intptr_t) address, (size_t) length, MSG_DONTWAIT | MSG_NOSIGNAL));
}

int zcrx_send_message(int fd, int64_t header, int flags) {
    flags |= MSG_DONTWAIT | MSG_NOSIGNAL;
    return error_or((int) sendmsg(fd, (const struct msghdr *) (intptr_t) header, flags));
}

int zcrx_receive_message(int fd, int64_t header) {
    return error_or((int) recvmsg(fd, (struct msghdr *) (intptr_t) header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
}

/* sendfile(2) has no flags: whether it waits is up to the socket's mode, which is another one for the call. */
int64_t zcrx_send_file(int socket, int file, int64_t offset, int64_t count) {
    int nonblocking = 1;
    if (ioctl(socket, FIONBIO, &nonblocking) < 0) {
        return -errno;
    }
    off_t from = offset;
    ssize_t sent = sendfile(socket, file, &from, (size_t) count);
    int64_t result = sent < 0 ? -errno : sent;
    nonblocking = 0;
    ioctl(socket, FIONBIO, &nonblocking);
    return result;
}

int zcrx_set_blocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return error_or(flags < 0 ? flags : fcntl(fd, F_SETFL, flags & ~O_NONBLOCK));
}

int64_t zcrx_memory_lock_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0) {
        return -errno;
    }
    /* RLIM_INFINITY is the largest rlim_t. */
    return limit.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t) limit.rlim_cur;
}

int zcrx_page_size(void) {
    return getpagesize();
}
