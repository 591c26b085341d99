// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A rule as ethtool has it, {@code struct ethtool_rxnfc} of the kernel's {@code include/uapi/linux/ethtool.h}.
 * {@code nic_abi.h} of the native library asserts the layout. A row is 16 bytes.
 *
 * <pre>
 *      struct ethtool_rxnfc
 *      +---------------+---------------+---------------+---------------+
 *   0  | cmd           | flow_type     | data                          |
 *  16  | fs: struct ethtool_rx_flow_spec, 168 bytes                    |
 * 176  | fs ...                        | rule_cnt      | rule_locs ...
 *      |                               | or rss_context|
 *      +---------------+---------------+---------------+---------------+
 *      struct ethtool_rx_flow_spec
 *        0  flow_type
 *        4  h_u          the values to match, 52 bytes
 *       56  h_ext        20 bytes
 *       76  m_u          the bits of h_u that count, 52 bytes
 *      128  m_ext        20 bytes
 *      152  ring_cookie  the queue, or -1: drop
 *      160  location     the rule's place in the table
 *
 *      h_u and m_u, in network order
 *        struct ethtool_tcpip4_spec     struct ethtool_tcpip6_spec
 *        0  ip4src                       0  ip6src
 *        4  ip4dst                      16  ip6dst
 *        8  psrc                        32  psrc
 *       10  pdst                        34  pdst
 * </pre>
 */
final class FlowRuleCodec {
    static final int DATA = 8;
    private static final int FS = 16;
    private static final int FS_FLOW_TYPE = FS;
    private static final int FS_H_U = FS + 4;
    private static final int FS_M_U = FS + 76;
    private static final int FS_RING_COOKIE = FS + 152;
    static final int FS_LOCATION = FS + 160;
    static final int RULE_CNT = 184;
    private static final int RSS_CONTEXT = 184;
    static final int RULE_LOCS = 188;
    /** The size of {@code struct ethtool_rxnfc} with the padding at its end. */
    static final int BYTES = 192;

    /** The size of {@code m_u} and {@code m_ext}. */
    private static final int MASK_BYTES = 72;

    private static final int TCP_V4_FLOW = 0x01;
    private static final int TCP_V6_FLOW = 0x05;
    /** Flag of {@code flow_type}: {@code rss_context} is set. */
    private static final int FLOW_RSS = 0x20000000;

    private static final long RX_CLS_FLOW_DISC = -1;

    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    private FlowRuleCodec() {}

    static void put(ByteBuffer out, FlowRule rule) {
        int addressBytes = rule.ipv6() ? IPV6_BYTES : IPV4_BYTES;
        out.putInt(FS_FLOW_TYPE, (rule.ipv6() ? TCP_V6_FLOW : TCP_V4_FLOW) | (rule.context() == 0 ? 0 : FLOW_RSS));
        if (rule.address() != null) {
            out.put(FS_H_U + addressBytes, rule.address().getAddress());
            out.put(FS_M_U + addressBytes, ones(addressBytes));
        }
        int port = 2 * addressBytes + Short.BYTES;
        out.put(FS_H_U + port, (byte) (rule.port() >> Byte.SIZE)).put(FS_H_U + port + 1, (byte) rule.port());
        out.put(FS_M_U + port, ones(Short.BYTES));
        out.putLong(FS_RING_COOKIE, rule.context() == 0 ? rule.queue() : 0).putInt(RSS_CONTEXT, rule.context());
    }

    static NicRule get(ByteBuffer in) {
        int type = in.getInt(FS_FLOW_TYPE);
        long cookie = in.getLong(FS_RING_COOKIE);
        int queue = cookie == RX_CLS_FLOW_DISC ? NicRule.DROP : (int) cookie;
        int context = (type & FLOW_RSS) == 0 ? 0 : in.getInt(RSS_CONTEXT);
        return new NicRule(in.getInt(FS_LOCATION), queue, context, flow(in, type & ~FLOW_RSS, queue, context));
    }

    /** The rule if {@link #put} could have written it, else {@code null}. */
    private static FlowRule flow(ByteBuffer in, int type, int queue, int context) {
        if ((type != TCP_V4_FLOW && type != TCP_V6_FLOW) || queue == NicRule.DROP || (context != 0 && queue != 0)) {
            return null;
        }
        boolean ipv6 = type == TCP_V6_FLOW;
        int addressBytes = ipv6 ? IPV6_BYTES : IPV4_BYTES;
        byte[] address = new byte[addressBytes];
        in.get(FS_H_U + addressBytes, address);
        byte[] addressMask = new byte[addressBytes];
        in.get(FS_M_U + addressBytes, addressMask);
        int port = Short.toUnsignedInt(
                in.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(FS_H_U + 2 * addressBytes + Short.BYTES));
        boolean anyAddress = isAll(addressMask, 0);
        FlowRule rule = new FlowRule(ipv6, anyAddress ? null : toAddress(address), port, queue, context);
        ByteBuffer again = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
        put(again, rule);
        return again.slice(FS_M_U, MASK_BYTES).equals(in.slice(FS_M_U, MASK_BYTES)) ? rule : null;
    }

    private static InetAddress toAddress(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 and 16 bytes are addresses", e);
        }
    }

    private static boolean isAll(byte[] bytes, int value) {
        for (byte b : bytes) {
            if (b != value) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ones(int length) {
        byte[] ones = new byte[length];
        Arrays.fill(ones, (byte) 0xff);
        return ones;
    }
}
