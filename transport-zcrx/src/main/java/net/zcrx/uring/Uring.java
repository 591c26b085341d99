// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.uring.IoUringIoOps;

/**
 * The numbers of the kernel's {@code include/uapi/linux/io_uring.h} that the transport submits and reads, and one
 * method for each submission. {@code io_uring_enter(2)} of liburing says what each operation and flag does. A
 * submission's layout is in the Javadoc of {@link IoUringIoOps}.
 */
public final class Uring {
    public static final byte OP_NOP = 0;
    public static final byte OP_POLL_ADD = 6;
    public static final byte OP_SENDMSG = 9;
    public static final byte OP_TIMEOUT = 11;
    public static final byte OP_TIMEOUT_REMOVE = 12;
    public static final byte OP_ACCEPT = 13;
    public static final byte OP_ASYNC_CANCEL = 14;
    public static final byte OP_CLOSE = 19;
    public static final byte OP_SEND = 26;
    public static final byte OP_RECV = 27;
    public static final byte OP_SEND_ZC = 47;
    public static final byte OP_SENDMSG_ZC = 48;
    public static final byte OP_FUTEX_WAIT = 51;
    public static final byte OP_RECV_ZC = 58;

    /** Completion flag: the upper 16 bits name a provided buffer. */
    public static final int CQE_F_BUFFER = 1;
    /** Completion flag: the request stays armed. */
    public static final int CQE_F_MORE = 1 << 1;
    /** Completion flag: the socket had more to read or accept. */
    public static final int CQE_F_SOCK_NONEMPTY = 1 << 2;
    /** Completion flag: the kernel is done with the memory of a zero-copy send. */
    public static final int CQE_F_NOTIF = 1 << 3;
    /** Completion flag: the provided buffer was consumed in part and stays with the kernel. */
    public static final int CQE_F_BUF_MORE = 1 << 4;

    public static final int CQE_BUFFER_SHIFT = 16;

    public static final int POLLIN = 0x1;
    public static final int POLLOUT = 0x4;
    public static final int POLLRDHUP = 0x2000;

    /** Result bit of a zero-copy send's notification: the kernel copied after all. */
    public static final int NOTIF_USAGE_ZC_COPIED = 1 << 31;

    private static final byte IOSQE_IO_DRAIN = 1 << 1;
    private static final byte IOSQE_BUFFER_SELECT = 1 << 5;
    private static final short RECV_MULTISHOT = 1 << 1;
    private static final short RECV_BUNDLE = 1 << 4;
    private static final short SEND_ZC_REPORT_USAGE = 1 << 3;
    private static final short ACCEPT_MULTISHOT = 1;
    private static final int ASYNC_CANCEL_ALL = 1;
    private static final int ASYNC_CANCEL_FD = 1 << 1;
    private static final int POLL_ADD_MULTI = 1;
    private static final int TIMEOUT_UPDATE = 1 << 1;
    /** Futex flag: a number of 32 bits that processes share. */
    private static final int FUTEX_U32 = 2;

    private static final long FUTEX_MATCH_ANY = 0xFFFFFFFFL;
    private static final int SOCK_CLOEXEC = 0x80000;

    private Uring() {}

    /** NOP: it only completes with {@code data}. */
    public static IoUringIoOps nop(short data) {
        return new IoUringIoOps(OP_NOP, (byte) 0, (short) 0, -1, 0, 0, 0, 0, (long) data, (short) 0, (short) 0, 0, 0);
    }

    /**
     * Completes with {@code data} when every request before it has; one after it does not begin before
     * ({@code IOSQE_IO_DRAIN}, Linux 5.2).
     */
    public static IoUringIoOps drain(short data) {
        return new IoUringIoOps(
                OP_NOP, IOSQE_IO_DRAIN, (short) 0, -1, 0, 0, 0, 0, (long) data, (short) 0, (short) 0, 0, 0);
    }

    /**
     * RECV into buffers of group {@code group}: at most {@code limit} bytes into one of them, or with a limit of 0
     * multishot (Linux 6.0), which stays armed until cancelled, its end or an error.
     *
     * @see <a href="https://man7.org/linux/man-pages/man3/io_uring_prep_recv.3.html">io_uring_prep_recv(3)</a>
     */
    public static IoUringIoOps recv(int fd, short group, int limit) {
        short ioPrio = limit == 0 ? RECV_MULTISHOT : 0;
        return new IoUringIoOps(OP_RECV, IOSQE_BUFFER_SELECT, ioPrio, fd, 0, 0, limit, 0, 0L, group, (short) 0, 0, 0);
    }

    /**
     * RECV like {@link #recv} without a limit, but one completion is of up to {@code most} bytes, in as many buffers as
     * they take; the ring gives these in its order ({@code IORING_RECVSEND_BUNDLE}, Linux 6.10). A limit for each
     * completion is there from Linux 6.17 on; EINVAL before, where {@code len} must be 0.
     *
     * @see <a href="https://man7.org/linux/man-pages/man3/io_uring_prep_recv.3.html">io_uring_prep_recv(3)</a>
     */
    public static IoUringIoOps recvBundles(int fd, short group, int most) {
        short ioPrio = RECV_MULTISHOT | RECV_BUNDLE;
        return new IoUringIoOps(OP_RECV, IOSQE_BUFFER_SELECT, ioPrio, fd, 0, 0, most, 0, 0L, group, (short) 0, 0, 0);
    }

    /**
     * RECV_ZC (Linux 6.15) from interface queue {@code zcrxId} until {@code limit} bytes came (0 = no limit).
     *
     * <p>In the kernel this is {@code io_zcrx_recv()} of {@code io_uring/zcrx.c}. It ends with {@code ENOMEM} if a
     * fragment has to be copied and no page is free, with {@code ENOSPC} if the completion queue is full, and with
     * {@code EFAULT} if a fragment lies in a page of another queue.
     *
     * @see <a href="https://docs.kernel.org/networking/iou-zcrx.html">io_uring zero copy Rx</a>
     */
    public static IoUringIoOps recvZeroCopy(int fd, int zcrxId, int limit) {
        return new IoUringIoOps(
                OP_RECV_ZC, (byte) 0, RECV_MULTISHOT, fd, 0, 0, limit, 0, 0L, (short) 0, (short) 0, zcrxId, 0);
    }

    public static IoUringIoOps accept(int fd, boolean multishot) {
        short ioPrio = multishot ? ACCEPT_MULTISHOT : 0;
        return new IoUringIoOps(OP_ACCEPT, (byte) 0, ioPrio, fd, 0, 0, 0, SOCK_CLOEXEC, 0L, (short) 0, (short) 0, 0, 0);
    }

    public static IoUringIoOps send(int fd, long address, int length) {
        return new IoUringIoOps(
                OP_SEND, (byte) 0, (short) 0, fd, 0, address, length, 0, 0L, (short) 0, (short) 0, 0, 0);
    }

    /** SENDMSG of the message header at {@code header}. */
    public static IoUringIoOps sendMessage(int fd, long header) {
        return new IoUringIoOps(OP_SENDMSG, (byte) 0, (short) 0, fd, 0, header, 1, 0, 0L, (short) 0, (short) 0, 0, 0);
    }

    /**
     * SEND_ZC (Linux 6.0); {@code id} comes back in its completion and in its notification. {@code EOPNOTSUPP} if the
     * socket's protocol has no zero copy, {@code ENOMEM} if no more memory may be locked.
     *
     * @see <a href="https://man7.org/linux/man-pages/man3/io_uring_prep_send_zc.3.html">io_uring_prep_send_zc(3)</a>
     */
    public static IoUringIoOps sendZeroCopy(int fd, long address, int length, short id) {
        return new IoUringIoOps(
                OP_SEND_ZC,
                (byte) 0,
                SEND_ZC_REPORT_USAGE,
                fd,
                0,
                address,
                length,
                0,
                (long) id,
                (short) 0,
                (short) 0,
                0,
                0);
    }

    /** SENDMSG_ZC (Linux 6.1); {@code id} comes back in its completion and in its notification. */
    public static IoUringIoOps sendMessageZeroCopy(int fd, long header, short id) {
        return new IoUringIoOps(
                OP_SENDMSG_ZC,
                (byte) 0,
                SEND_ZC_REPORT_USAGE,
                fd,
                0,
                header,
                1,
                0,
                (long) id,
                (short) 0,
                (short) 0,
                0,
                0);
    }

    /** One-shot poll; {@code mask} comes back as the completion's user data, for an error tells no mask. */
    public static IoUringIoOps poll(int fd, int mask) {
        return new IoUringIoOps(
                OP_POLL_ADD, (byte) 0, (short) 0, fd, 0, 0, 0, mask, (long) mask, (short) 0, (short) 0, 0, 0);
    }

    /**
     * Poll that stays armed, and completes once at first if something is there, and then with each that comes
     * ({@code IORING_POLL_ADD_MULTI}, Linux 5.13). {@code mask} comes back as with {@link #poll}.
     */
    public static IoUringIoOps pollAll(int fd, int mask) {
        return new IoUringIoOps(
                OP_POLL_ADD,
                (byte) 0,
                (short) 0,
                fd,
                0,
                0,
                POLL_ADD_MULTI,
                mask,
                (long) mask,
                (short) 0,
                (short) 0,
                0,
                0);
    }

    /**
     * TIMEOUT that completes with {@code ETIME} once the time at {@code timespec} has passed, whatever else completes
     * meanwhile. The kernel reads the time, a {@code struct __kernel_timespec}, when this is submitted.
     *
     * @see <a href="https://man7.org/linux/man-pages/man3/io_uring_prep_timeout.3.html">io_uring_prep_timeout(3)</a>
     */
    public static IoUringIoOps timeout(long timespec) {
        return new IoUringIoOps(OP_TIMEOUT, (byte) 0, (short) 0, -1, 0, timespec, 1, 0, 0L, (short) 0, (short) 0, 0, 0);
    }

    /**
     * Gives the timeout that {@code submission} names another time from now ({@code IORING_TIMEOUT_UPDATE}, Linux
     * 5.11); {@code ENOENT} or {@code EALREADY} if it has passed.
     */
    public static IoUringIoOps updateTimeout(long submission, long timespec) {
        return new IoUringIoOps(
                OP_TIMEOUT_REMOVE,
                (byte) 0,
                (short) 0,
                -1,
                timespec,
                submission,
                0,
                TIMEOUT_UPDATE,
                0L,
                (short) 0,
                (short) 0,
                0,
                0);
    }

    /**
     * FUTEX_WAIT (Linux 6.7) for the number at {@code address}: completes when it is woken by {@code futex(2)}, with
     * {@code EAGAIN} if the number is another than {@code seen} when this is submitted.
     *
     * @see <a href="https://man7.org/linux/man-pages/man3/io_uring_prep_futex_wait.3.html">io_uring_prep_futex_wait(3)
     *     </a>
     */
    public static IoUringIoOps futexWait(long address, int seen) {
        return new IoUringIoOps(
                OP_FUTEX_WAIT,
                (byte) 0,
                (short) 0,
                FUTEX_U32,
                Integer.toUnsignedLong(seen),
                address,
                0,
                0,
                0L,
                (short) 0,
                (short) 0,
                0,
                FUTEX_MATCH_ANY);
    }

    /** Cancels the request that {@code submission} (what {@code submit} returned) names. */
    public static IoUringIoOps cancel(long submission) {
        return new IoUringIoOps(
                OP_ASYNC_CANCEL, (byte) 0, (short) 0, -1, 0, submission, 0, 0, 0L, (short) 0, (short) 0, 0, 0);
    }

    /** Cancels every request on {@code fd}. */
    public static IoUringIoOps cancelAll(int fd) {
        return new IoUringIoOps(
                OP_ASYNC_CANCEL,
                (byte) 0,
                (short) 0,
                fd,
                0,
                0,
                0,
                ASYNC_CANCEL_ALL | ASYNC_CANCEL_FD,
                0L,
                (short) 0,
                (short) 0,
                0,
                0);
    }
}
