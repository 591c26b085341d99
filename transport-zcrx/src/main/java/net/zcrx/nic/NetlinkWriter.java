// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes netlink attributes at a buffer's position, one behind the other. {@code nic_abi.h} of the native library
 * asserts the layout.
 *
 * <pre>
 *      struct nlattr
 *      +-------+-------+---------------+
 *   0  |nla_len|  type | value, then padding up to a multiple of 4; nla_len is without that padding
 *      +-------+-------+---------------+
 * </pre>
 */
final class NetlinkWriter {
    private static final int NLATTR_BYTES = 4;
    private static final int NESTED = 1 << 15;

    private final ByteBuffer out;

    NetlinkWriter(ByteBuffer out) {
        this.out = out;
    }

    NetlinkWriter u8(int type, int value) {
        header(type, 1);
        out.put((byte) value);
        return pad();
    }

    NetlinkWriter u32(int type, int value) {
        header(type, Integer.BYTES);
        out.putInt(value);
        return this;
    }

    NetlinkWriter string(int type, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        header(type, bytes.length + 1);
        out.put(bytes).put((byte) 0);
        return pad();
    }

    /** Writes an attribute without a value: it is there or not. */
    NetlinkWriter flag(int type) {
        header(type, 0);
        return this;
    }

    /** Opens a nest. Attributes that are written until {@link #end(int)} is called with the result lie in it. */
    int begin(int type) {
        int start = out.position();
        header(type | NESTED, 0);
        return start;
    }

    NetlinkWriter end(int start) {
        out.putShort(start, (short) (out.position() - start));
        return this;
    }

    private void header(int type, int valueBytes) {
        out.putShort((short) (NLATTR_BYTES + valueBytes)).putShort((short) type);
    }

    private NetlinkWriter pad() {
        while (out.position() % Integer.BYTES != 0) {
            out.put((byte) 0);
        }
        return this;
    }
}
