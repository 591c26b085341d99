// SPDX-License-Identifier: Apache-2.0
/* Memory: mappings, files of it, limits. */
#include "check.h"
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

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

void test_memory(void) {
    should_map_zeroed_memory_and_unmap_it();
    should_map_populated_memory();
    should_map_huge_pages_only_where_set_aside();
    should_refuse_bad_mapping();
    should_advise();
    should_make_and_map_memory_file();
    should_tell_memory_lock_limit();
    should_tell_page_size();
}
