// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

/**
 * Layouts of sendmsg(2) and recvmsg(2) on a 64-bit machine. An offset has the name of its C field. {@code socket_abi.h}
 * of the native library asserts each offset and size at compile time.
 *
 * <p>A row is 16 bytes, a column 4.
 *
 * <pre>
 *      struct msghdr
 *      +---------------+---------------+---------------+---------------+
 *   0  | msg_name                      | msg_namelen   | padding       |
 *  16  | msg_iov                       | msg_iovlen                    |
 *  32  | msg_control                   | msg_controllen                |
 *  48  | msg_flags     | padding       |
 *      +---------------+---------------+---------------+---------------+
 *      struct iovec                            msg_iovlen of them, at msg_iov
 *      +---------------+---------------+---------------+---------------+
 *   0  | iov_base                      | iov_len                       |
 *      +---------------+---------------+---------------+---------------+
 *      struct cmsghdr                          at msg_control, its data behind it
 *      +---------------+---------------+---------------+---------------+
 *   0  | cmsg_len, with this header    | cmsg_level    | cmsg_type     |
 *      +---------------+---------------+---------------+---------------+
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/recvmsg.2.html">recvmsg(2)</a>
 * @see <a href="https://man7.org/linux/man-pages/man3/cmsg.3.html">cmsg(3)</a>
 */
public final class MessageAbi {
    public static final int MSG_IOV = 16;
    public static final int MSG_IOVLEN = 24;
    public static final int MSG_CONTROL = 32;
    public static final int MSG_CONTROLLEN = 40;
    public static final int MSG_FLAGS = 48;
    public static final int MSGHDR_BYTES = 56;

    public static final int IOV_BASE = 0;
    public static final int IOV_LEN = 8;
    public static final int IOVEC_BYTES = 16;

    public static final int CMSG_LEN = 0;
    public static final int CMSG_LEVEL = 8;
    public static final int CMSG_TYPE = 12;
    public static final int CMSGHDR_BYTES = 16;

    private MessageAbi() {}
}
