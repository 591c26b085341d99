// SPDX-License-Identifier: Apache-2.0
/**
 * The kernel's interface: system calls, rings and layouts that neither Java nor Netty offers. Numbers and offsets are
 * those of Linux's {@code include/uapi/linux/io_uring.h} and {@code include/uapi/linux/io_uring/zcrx.h}; the build of
 * the native library checks sizes and offsets.
 */
package net.zcrx.uring;
