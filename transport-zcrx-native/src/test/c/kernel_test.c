// SPDX-License-Identifier: Apache-2.0
/* The kernel as a whole: io_uring, netlink, devices. */
#include "check.h"
#include "nic_abi.h"
#include "system.h"
#include "zcrx_abi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

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

void test_kernel(void) {
    should_return_error_of_register();
    should_register_buffer_ring();
    should_ask_netlink();
    should_control_device();
    should_return_error_of_ring_setup();
}
