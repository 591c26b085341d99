// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A rule as ethtool has it, {@code struct ethtool_rxnfc}: command@0 u32, data@8 u64, rule@16, number of rules or RSS
 * context@184 u32, locations@188 u32[]. The rule, {@code struct ethtool_rx_flow_spec}: flow type@0 u32, values@4,
 * further values@56, mask@76, further mask@128, ring cookie@152 u64, location@160 u32; values and mask are for IPv4
 * source@0, destination@4, source port@8, destination port@10, for IPv6 @0, @16, @32, @34, all in network order.
 */
final class FlowRuleCodec {
    static final int DATA = 8;
    static final int COUNT = 184;
    static final int LOCATIONS = 188;
    /** With the padding behind it. */
    static final int BYTES = 192;

    private static final int RULE = 16;
    private static final int CONTEXT = COUNT;
    private static final int FLOW_TYPE = RULE;
    private static final int VALUES = RULE + 4;
    private static final int MASK = RULE + 76;
    private static final int COOKIE = RULE + 152;
    static final int LOCATION = RULE + 160;

    private static final int MASK_BYTES = 72;
    private static final int TCP4 = 0x01;
    private static final int TCP6 = 0x05;
    private static final int WITH_CONTEXT = 0x20000000;
    private static final long DROP = -1;

    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    private FlowRuleCodec() {}

    static void put(ByteBuffer out, FlowRule rule) {
        int addressBytes = rule.ipv6() ? IPV6_BYTES : IPV4_BYTES;
        out.putInt(FLOW_TYPE, (rule.ipv6() ? TCP6 : TCP4) | (rule.context() == 0 ? 0 : WITH_CONTEXT));
        if (rule.address() != null) {
            out.put(VALUES + addressBytes, rule.address().getAddress());
            out.put(MASK + addressBytes, ones(addressBytes));
        }
        int port = 2 * addressBytes + Short.BYTES;
        out.put(VALUES + port, (byte) (rule.port() >> Byte.SIZE)).put(VALUES + port + 1, (byte) rule.port());
        out.put(MASK + port, ones(Short.BYTES));
        out.putLong(COOKIE, rule.context() == 0 ? rule.queue() : 0).putInt(CONTEXT, rule.context());
    }

    static NicRule get(ByteBuffer in) {
        int type = in.getInt(FLOW_TYPE);
        long cookie = in.getLong(COOKIE);
        int queue = cookie == DROP ? NicRule.DROP : (int) cookie;
        int context = (type & WITH_CONTEXT) == 0 ? 0 : in.getInt(CONTEXT);
        return new NicRule(in.getInt(LOCATION), queue, context, flow(in, type & ~WITH_CONTEXT, queue, context));
    }

    /** The rule if {@link #put} could have written it, else {@code null}. */
    private static FlowRule flow(ByteBuffer in, int type, int queue, int context) {
        if ((type != TCP4 && type != TCP6) || queue == NicRule.DROP || (context != 0 && queue != 0)) {
            return null;
        }
        boolean ipv6 = type == TCP6;
        int addressBytes = ipv6 ? IPV6_BYTES : IPV4_BYTES;
        byte[] address = new byte[addressBytes];
        in.get(VALUES + addressBytes, address);
        byte[] addressMask = new byte[addressBytes];
        in.get(MASK + addressBytes, addressMask);
        int port = Short.toUnsignedInt(
                in.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(VALUES + 2 * addressBytes + Short.BYTES));
        boolean anyAddress = isAll(addressMask, 0);
        FlowRule rule = new FlowRule(ipv6, anyAddress ? null : toAddress(address), port, queue, context);
        ByteBuffer again = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());
        put(again, rule);
        return again.slice(MASK, MASK_BYTES).equals(in.slice(MASK, MASK_BYTES)) ? rule : null;
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
