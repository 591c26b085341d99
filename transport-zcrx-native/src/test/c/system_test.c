// SPDX-License-Identifier: Apache-2.0
/* The unit run of everything that needs no JVM. The Makefile builds it under sanitizers: their findings fail it too. */
#include "name.h"
#include "nic_abi.h"
#include "system.h"
#include "zcrx_abi.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static int checks;

static void check(int holds, const char *what, int line) {
    checks++;
    if (!holds) {
        fprintf(stderr, "system_test.c:%d: failed: %s (errno is %d, %s)\n", line, what, errno, strerror(errno));
        exit(1);
    }
}

#define CHECK(condition) check((condition), #condition, __LINE__)

static const char *class_of(const char *library_path) {
    static char name[ZCRX_CLASS_MAX];
    memset(name, 'x', sizeof name);
    CHECK(zcrx_class_name(library_path, name, sizeof name) == 0);
    return name;
}

static void should_derive_class_from_library_name(void) {
    CHECK(strcmp(class_of("libzcrx_native_x86_64.so"), "net/zcrx/uring/Native") == 0);
    CHECK(strcmp(class_of("/tmp/libzcrx_native_x86_64123456789.so"), "net/zcrx/uring/Native") == 0);
    CHECK(strcmp(class_of("/a_b/libapp_zcrx_native_aarch_64.so"), "app/net/zcrx/uring/Native") == 0);
    CHECK(strcmp(class_of("/t/libmy_1app_shaded_zcrx_native_x86_6412.so"), "my_app/shaded/net/zcrx/uring/Native") == 0);
    CHECK(strcmp(class_of("libv1_12_zcrx_native_x86_64.so"), "v1_2/net/zcrx/uring/Native") == 0);
    /* A prefix that holds the library's own name: zcrx.native.lib. and zcrx_native_. */
    CHECK(strcmp(class_of("libzcrx_native_lib_zcrx_native_x86_64.so"), "zcrx/native/lib/net/zcrx/uring/Native") == 0);
    CHECK(strcmp(class_of("libzcrx_1native_1_zcrx_native_x86_64.so"), "zcrx_native_/net/zcrx/uring/Native") == 0);
}

static void should_use_plain_class_where_name_is_not_ours(void) {
    const char *names[] = {
        "", "/", "lib", "/usr/bin/java", "libapp.so", "app_zcrx_native_x86_64.so", "/liba_zcrx_native_/", "libzcrx_native"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CHECK(strcmp(class_of(names[i]), "net/zcrx/uring/Native") == 0);
    }
}

static void should_refuse_class_name_that_does_not_fit(void) {
    /* On the heap, where a byte too many is found. */
    for (size_t size = 0; size < sizeof "ab/" ZCRX_CLASS; size++) {
        char *name = malloc(size);
        CHECK(zcrx_class_name("libab_zcrx_native_x86_64.so", name, size) == -ENAMETOOLONG);
        free(name);
    }
    char *name = malloc(sizeof "ab/" ZCRX_CLASS);
    CHECK(zcrx_class_name("libab_zcrx_native_x86_64.so", name, sizeof "ab/" ZCRX_CLASS) == 0);
    CHECK(strcmp(name, "ab/" ZCRX_CLASS) == 0);
    free(name);
}

static void should_fit_class_of_longest_file_name(void) {
    char file[256];
    memset(file, 'a', sizeof file);
    memcpy(file, "lib", 3);
    strcpy(file + sizeof file - sizeof "_zcrx_native_x86_64.so", "_zcrx_native_x86_64.so");
    CHECK(strlen(file) == 255);
    const char *name = class_of(file);
    CHECK(strcmp(name + strlen(name) - strlen("a/" ZCRX_CLASS), "a/" ZCRX_CLASS) == 0);
}

static void should_find_path_of_library(void) {
    /* getppid is in libc and the sanitizers do not stand in for it. */
    CHECK(strstr(zcrx_library_path((const void *) getppid), "libc.so") != NULL);
    CHECK(strstr(zcrx_library_path((const void *) zcrx_library_path), "libc.so") == NULL);
    CHECK(strcmp(zcrx_library_path(NULL), "") == 0);
    CHECK(strcmp(zcrx_library_path((const void *) UINTPTR_MAX), "") == 0);
}

/* Whether the page at this address is mapped and, if so, in memory: 1, 0, or -errno. */
static int resident(int64_t address) {
    unsigned char pages;
    return mincore((void *) (intptr_t) address, (size_t) zcrx_page_size(), &pages) == 0 ? (pages & 1) : -errno;
}

static void should_map_zeroed_memory_and_unmap_it(void) {
    int64_t length = 4 * zcrx_page_size();
    int64_t address = zcrx_mmap(length, 0);
    CHECK(address > 0);
    CHECK(address % zcrx_page_size() == 0);
    CHECK(resident(address) == 0);
    unsigned char *bytes = (unsigned char *) (intptr_t) address;
    for (int64_t i = 0; i < length; i++) {
        CHECK(bytes[i] == 0);
        bytes[i] = 0xa5;
    }
    CHECK(zcrx_munmap(address, length) == 0);
    CHECK(resident(address) == -ENOMEM);
}

static void should_map_populated_memory(void) {
    int64_t length = 4 * zcrx_page_size();
    int64_t address = zcrx_mmap(length, ZCRX_MAP_POPULATE);
    CHECK(address > 0);
    CHECK(resident(address) == 1);
    CHECK(resident(address + length - zcrx_page_size()) == 1);
    CHECK(zcrx_munmap(address, length) == 0);
}

/* The number behind this name in /proc/meminfo. */
static long meminfo(const char *name) {
    char line[128];
    long value = -1;
    FILE *file = fopen("/proc/meminfo", "r");
    CHECK(file != NULL);
    while (value < 0 && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            value = strtol(line + strlen(name), NULL, 10);
        }
    }
    fclose(file);
    CHECK(value >= 0);
    return value;
}

static void should_map_huge_pages_only_where_set_aside(void) {
    int64_t length = meminfo("Hugepagesize:") * 1024;
    long left = meminfo("HugePages_Free:") - meminfo("HugePages_Rsvd:");
    int64_t address = zcrx_mmap(length, ZCRX_MAP_HUGE | ZCRX_MAP_POPULATE);
    if (left > 0) {
        CHECK(address > 0);
        CHECK(address % length == 0);
        CHECK(zcrx_munmap(address, length) == 0);
    } else {
        CHECK(address == -ENOMEM);
    }
}

static void should_refuse_bad_mapping(void) {
    CHECK(zcrx_mmap(0, 0) == -EINVAL);
    CHECK(zcrx_mmap(-1, 0) == -ENOMEM);
    CHECK(zcrx_mmap(INT64_MAX, 0) == -ENOMEM);
    CHECK(zcrx_mmap(zcrx_page_size(), 4) == -EINVAL);
    CHECK(zcrx_mmap(zcrx_page_size(), -1) == -EINVAL);
    CHECK(zcrx_munmap(1, zcrx_page_size()) == -EINVAL);
    CHECK(zcrx_munmap(zcrx_page_size(), 0) == -EINVAL);
}

static void should_advise(void) {
    int64_t length = 4 * zcrx_page_size();
    int64_t address = zcrx_mmap(length, ZCRX_MAP_POPULATE);
    CHECK(zcrx_madvise(address, length, MADV_DONTNEED) == 0);
    CHECK(resident(address) == 0);
    CHECK(zcrx_madvise(address, length, -1) == -EINVAL);
    CHECK(zcrx_madvise(address + 1, length, MADV_DONTNEED) == -EINVAL);
    CHECK(zcrx_munmap(address, length) == 0);
    CHECK(zcrx_madvise(address, length, MADV_DONTNEED) == -ENOMEM);
}

static void should_return_error_of_register(void) {
    int pipes[2];
    CHECK(pipe(pipes) == 0);
    /* Not -1: newer kernels take it for no ring at all. */
    CHECK(zcrx_register(-2, 0, 0, 0) == -EBADF);
    int error = zcrx_register(pipes[0], 0, 0, 0);
    CHECK(error == -EOPNOTSUPP || error == -EINVAL);
    close(pipes[0]);
    close(pipes[1]);
    CHECK(zcrx_register(pipes[0], 0, 0, 0) == -EBADF);
}

/* The kernel itself reads the structures here: a provided-buffer ring, which any kernel since 5.19 has. */
static void should_register_buffer_ring(void) {
    enum { REGISTER_PBUF_RING = 22, UNREGISTER_PBUF_RING = 23 };
    unsigned char params[120] = {0};
    int ring = zcrx_setup_ring(4, (intptr_t) params);
    if (ring < 0) {
        CHECK(ring == -ENOSYS || ring == -EPERM);
        fprintf(stderr, "system_test: NOT RUN, as this system allows no io_uring: %s\n", __func__);
        return;
    }
    int64_t length = zcrx_page_size();
    int64_t address = zcrx_mmap(length, 0);
    struct io_uring_buf_reg reg = {.ring_addr = (uint64_t) address, .ring_entries = 64, .bgid = 7};
    CHECK(zcrx_register(ring, REGISTER_PBUF_RING, (intptr_t) &reg, 1) == 0);
    CHECK(zcrx_register(ring, REGISTER_PBUF_RING, (intptr_t) &reg, 1) == -EEXIST);
    struct io_uring_buf_reg odd = {.ring_addr = (uint64_t) address, .ring_entries = 63, .bgid = 8};
    CHECK(zcrx_register(ring, REGISTER_PBUF_RING, (intptr_t) &odd, 1) == -EINVAL);
    struct io_uring_buf_reg other = {.bgid = 8};
    CHECK(zcrx_register(ring, UNREGISTER_PBUF_RING, (intptr_t) &other, 1) == -ENOENT);
    struct io_uring_buf_reg same = {.bgid = 7};
    CHECK(zcrx_register(ring, UNREGISTER_PBUF_RING, (intptr_t) &same, 1) == 0);
    CHECK(zcrx_register(ring, REGISTER_PBUF_RING, 1, 1) == -EFAULT);
    CHECK(zcrx_await(ring, 1, 1000) == -ETIME);
    CHECK(zcrx_await(ring, 0, 1000) == 0);
    close(ring);
    CHECK(zcrx_munmap(address, length) == 0);
}

static void should_ask_netlink(void) {
    enum { GENERIC = 16, CTRL = 16, GETFAMILY = 3, FAMILY_NAME = 2 };
    struct {
        struct nlmsghdr message;
        struct genlmsghdr generic;
        struct nlattr attribute;
        char name[8];
    } request = {
        {sizeof request, CTRL, NLM_F_REQUEST, 1, 0}, {GETFAMILY, 1, 0}, {4 + sizeof "nlctrl", FAMILY_NAME}, "nlctrl"};
    unsigned char answer[4096];
    int fd = zcrx_netlink_socket(GENERIC);
    CHECK(fd >= 0);
    CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK(write(fd, &request, sizeof request) == sizeof request);
    CHECK(read(fd, answer, sizeof answer) > (ssize_t) sizeof request);
    CHECK(((struct nlmsghdr *) answer)->nlmsg_type == CTRL);
    close(fd);
    CHECK(zcrx_netlink_socket(-1) < 0);
}

static void should_control_device(void) {
    enum { SIOC_GIFINDEX = 0x8933 };
    struct ifreq request = {.ifr_name = "lo"};
    struct ifreq unknown = {.ifr_name = "no-such-nic"};
    int fd = zcrx_netlink_socket(16);
    CHECK(zcrx_ioctl(fd, SIOC_GIFINDEX, (intptr_t) &request) == 0);
    CHECK(request.ifr_ifindex == (int) if_nametoindex("lo"));
    CHECK(zcrx_ioctl(fd, SIOC_GIFINDEX, (intptr_t) &unknown) == -ENODEV);
    CHECK(zcrx_ioctl(fd, SIOC_GIFINDEX, 1) == -EFAULT);
    close(fd);
    CHECK(zcrx_ioctl(fd, SIOC_GIFINDEX, (intptr_t) &request) == -EBADF);
}

static void should_return_error_of_ring_setup(void) {
    unsigned char params[120] = {0};
    int error = zcrx_setup_ring(0, (intptr_t) params);
    CHECK(error == -EINVAL || error == -ENOSYS || error == -EPERM);
}

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
    CHECK(zcrx_send_message(pair[0], header) == sizeof sent);
    CHECK(read(pair[1], received, sizeof received) == sizeof received);
    CHECK(memcmp(sent, received, sizeof sent) == 0);
    parts[1] = (struct iovec){.iov_base = much, .iov_len = sizeof much};
    int result;
    do {
        result = zcrx_send_message(pair[0], header);
    } while (result > 0);
    CHECK(result == -EAGAIN);
    close(pair[1]);
    CHECK(zcrx_send_message(pair[0], header) == -EPIPE);
    CHECK(zcrx_send_message(-1, header) == -EBADF);
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

static void should_tell_memory_lock_limit(void) {
    struct rlimit was;
    CHECK(getrlimit(RLIMIT_MEMLOCK, &was) == 0);
    CHECK(zcrx_memory_lock_limit() == (was.rlim_cur == RLIM_INFINITY ? INT64_MAX : (int64_t) was.rlim_cur));
    struct rlimit tight = {4096, was.rlim_max};
    CHECK(setrlimit(RLIMIT_MEMLOCK, &tight) == 0);
    CHECK(zcrx_memory_lock_limit() == 4096);
    CHECK(setrlimit(RLIMIT_MEMLOCK, &was) == 0);
    struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_MEMLOCK, &none) == 0) {
        CHECK(zcrx_memory_lock_limit() == INT64_MAX);
        CHECK(setrlimit(RLIMIT_MEMLOCK, &was) == 0);
    } else {
        CHECK(errno == EPERM);
    }
}

static void should_tell_page_size(void) {
    CHECK(zcrx_page_size() == sysconf(_SC_PAGESIZE));
}

static void should_make_and_map_memory_file(void) {
    int64_t length = 4 * zcrx_page_size();
    int fd = zcrx_memory_file(length, 0);
    CHECK(fd >= 0);
    CHECK(zcrx_memory_file(length, ZCRX_MAP_POPULATE) == -EINVAL);
    CHECK(zcrx_memory_file(-1, 0) == -EINVAL);
    int64_t status[4];
    CHECK(zcrx_status(fd, (intptr_t) status) == 0);
    CHECK(status[1] > 0 && status[2] == length && status[3] == (int64_t) geteuid());
    CHECK(zcrx_status(-1, (intptr_t) status) == -EBADF);
    int64_t writable = zcrx_map_file(fd, length, 1);
    int64_t readable = zcrx_map_file(fd, length, 0);
    CHECK(writable > 0 && readable > 0);
    *(char *) (intptr_t) writable = 42;
    CHECK(*(char *) (intptr_t) readable == 42);
    CHECK(zcrx_fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE) == 0);
    CHECK(zcrx_fcntl(fd, F_GET_SEALS, 0) == (F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE));
    CHECK(zcrx_map_file(fd, length, 1) == -EPERM);
    CHECK(ftruncate(fd, 0) < 0 && errno == EPERM);
    CHECK(zcrx_fcntl(-1, F_GET_SEALS, 0) == -EBADF);
    close(fd);
    CHECK(zcrx_munmap(writable, length) == 0);
    CHECK(zcrx_munmap(readable, length) == 0);
    CHECK(zcrx_map_file(-1, length, 0) == -EBADF);
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

int main(void) {
    should_derive_class_from_library_name();
    should_use_plain_class_where_name_is_not_ours();
    should_refuse_class_name_that_does_not_fit();
    should_fit_class_of_longest_file_name();
    should_find_path_of_library();
    should_map_zeroed_memory_and_unmap_it();
    should_map_populated_memory();
    should_map_huge_pages_only_where_set_aside();
    should_refuse_bad_mapping();
    should_advise();
    should_return_error_of_register();
    should_register_buffer_ring();
    should_ask_netlink();
    should_control_device();
    should_return_error_of_ring_setup();
    should_send_without_waiting();
    should_send_message_without_waiting();
    should_send_file_without_waiting();
    should_make_and_map_memory_file();
    should_receive_message_without_waiting();
    should_set_blocking_and_keep_other_flags();
    should_tell_memory_lock_limit();
    should_tell_page_size();
    printf("system_test: %d checks passed\n", checks);
    return 0;
}
