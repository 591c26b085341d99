// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import static net.zcrx.option.SocketConstants.IPPROTO_TCP;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The kernel's statistics of a connection at one moment, {@code TCP_INFO} of tcp(7). They do not change once
 * {@link ZcrxSocketChannel#tcpInfo} has returned it.
 */
public class ZcrxTcpInfo {

    private static final int TCP_INFO = 11;

    /** Bytes of {@code struct tcp_info} up to and with {@code tcpi_total_retrans}; every kernel gives these. */
    private static final int LENGTH = 104;

    private final ByteBuffer info = ByteBuffer.allocate(LENGTH).order(ByteOrder.nativeOrder());

    /** Zeroes, until a channel that the subclass knows fills them. */
    protected ZcrxTcpInfo() {}

    static ZcrxTcpInfo read(Socket socket) throws IOException {
        ZcrxTcpInfo info = new ZcrxTcpInfo();
        info.update(socket);
        return info;
    }

    final void update(Socket socket) throws IOException {
        socket.getRawOpt(IPPROTO_TCP, TCP_INFO, info.clear());
    }

    /** State of the connection, a {@code TCP_*} state of the kernel; 1 is established. */
    public int state() {
        return u8(0);
    }

    /** State of congestion control; 0 is open. */
    public int caState() {
        return u8(1);
    }

    /** Retransmission timeouts in a row without an acknowledgement. */
    public int retransmits() {
        return u8(2);
    }

    /** Unanswered probes. */
    public int probes() {
        return u8(3);
    }

    /** Exponential backoff of the retransmission timer. */
    public int backoff() {
        return u8(4);
    }

    /** Options in use, a set of {@code TCPI_OPT_*} bits. */
    public int options() {
        return u8(5);
    }

    /** Window scale of the sending side, 0 to 15. */
    public int sndWscale() {
        return u8(6) & 0xf;
    }

    /** Window scale of the receiving side, 0 to 15. */
    public int rcvWscale() {
        return u8(6) >>> 4;
    }

    /** Retransmission timeout in microseconds. */
    public long rto() {
        return u32(8);
    }

    /** Predicted delay of a delayed acknowledgement in microseconds. */
    public long ato() {
        return u32(12);
    }

    /** Sending maximum segment size in bytes. */
    public long sndMss() {
        return u32(16);
    }

    /** Receiving maximum segment size in bytes, as estimated. */
    public long rcvMss() {
        return u32(20);
    }

    /** Segments sent and not acknowledged. */
    public long unacked() {
        return u32(24);
    }

    /** Segments acknowledged out of order. */
    public long sacked() {
        return u32(28);
    }

    /** Segments taken for lost. */
    public long lost() {
        return u32(32);
    }

    /** Segments in retransmission. */
    public long retrans() {
        return u32(36);
    }

    /** Always 0: kernels since 4.15 do not count forward acknowledgements. */
    public long fackets() {
        return u32(40);
    }

    /** Milliseconds since data was last sent. */
    public long lastDataSent() {
        return u32(44);
    }

    /** Always 0: the kernel does not keep this time. */
    public long lastAckSent() {
        return u32(48);
    }

    /** Milliseconds since data was last received. */
    public long lastDataRecv() {
        return u32(52);
    }

    /** Milliseconds since an acknowledgement was last received. */
    public long lastAckRecv() {
        return u32(56);
    }

    /** Path MTU in bytes. */
    public long pmtu() {
        return u32(60);
    }

    /** Receive window's slow start threshold in bytes. */
    public long rcvSsthresh() {
        return u32(64);
    }

    /** Smoothed round trip time in microseconds. */
    public long rtt() {
        return u32(68);
    }

    /** Variation of the round trip time in microseconds. */
    public long rttvar() {
        return u32(72);
    }

    /** Slow start threshold in segments. */
    public long sndSsthresh() {
        return u32(76);
    }

    /** Congestion window in segments. */
    public long sndCwnd() {
        return u32(80);
    }

    /** Maximum segment size in bytes that was advertised. */
    public long advmss() {
        return u32(84);
    }

    /** Segments that may come reordered before one counts as lost. */
    public long reordering() {
        return u32(88);
    }

    /** Round trip time in microseconds as the receiver sees it. */
    public long rcvRtt() {
        return u32(92);
    }

    /** Receive buffer space in bytes that its tuning goes by. */
    public long rcvSpace() {
        return u32(96);
    }

    /** Segments retransmitted in the connection's life. */
    public long totalRetrans() {
        return u32(100);
    }

    private int u8(int offset) {
        return Byte.toUnsignedInt(info.get(offset));
    }

    private long u32(int offset) {
        return Integer.toUnsignedLong(info.getInt(offset));
    }
}
