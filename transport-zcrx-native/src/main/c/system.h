// SPDX-License-Identifier: Apache-2.0
/* The system calls, free of JNI so that the unit run can have them under a sanitizer. Results: a value or -errno. */
#ifndef ZCRX_SYSTEM_H
#define ZCRX_SYSTEM_H

#include <stdint.h>

/* The flags of net.zcrx.uring.Native.mmap. */
#define ZCRX_MAP_HUGE 1
#define ZCRX_MAP_POPULATE 2

int64_t zcrx_mmap(int64_t length, int flags);
int zcrx_memory_file(int64_t length, int flags);
int64_t zcrx_map_file(int fd, int64_t length, int writable);
int zcrx_status(int fd, int64_t status);
int zcrx_fcntl(int fd, int command, int argument);
int zcrx_munmap(int64_t address, int64_t length);
int zcrx_madvise(int64_t address, int64_t length, int advice);
int zcrx_register(int ring, unsigned opcode, int64_t argument, unsigned count);
int zcrx_setup_ring(unsigned entries, int64_t params);
int zcrx_await(int ring, unsigned count, int64_t nanos);
int zcrx_futex_wake(int64_t address);
int zcrx_netlink_socket(int protocol);
int zcrx_domain_socket(void);
int zcrx_ioctl(int fd, int64_t request, int64_t argument);
int zcrx_send(int fd, int64_t address, int length);
int zcrx_send_message(int fd, int64_t header, int flags);
int zcrx_receive_message(int fd, int64_t header);
int64_t zcrx_send_file(int socket, int file, int64_t offset, int64_t count);
int zcrx_set_blocking(int fd);
int64_t zcrx_memory_lock_limit(void);
int zcrx_page_size(void);

#endif
