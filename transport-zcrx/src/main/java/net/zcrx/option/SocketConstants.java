// SPDX-License-Identifier: Apache-2.0
package net.zcrx.option;

/**
 * Numbers of socket(7), ip(7) and tcp(7) that more than one class names, or whose class is about something else. They
 * are those of the kernel's {@code include/uapi/asm-generic/socket.h} and {@code include/uapi/linux/tcp.h}, the same on
 * x86-64 and aarch64.
 */
public final class SocketConstants {
    public static final int SOL_SOCKET = 1;
    public static final int IPPROTO_IP = 0;
    public static final int IPPROTO_TCP = 6;

    /**
     * The NAPI id of the receive queue on which the socket's last packet arrived (socket(7), Linux 4.12); 0 before
     * there was one.
     */
    public static final int SO_INCOMING_NAPI_ID = 56;
    /** connect(2) keeps its first packet back until there is data, if the peer has given a cookie (Linux 4.11). */
    public static final int TCP_FASTOPEN_CONNECT = 30;

    private SocketConstants() {}
}
