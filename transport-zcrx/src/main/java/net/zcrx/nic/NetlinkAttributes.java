// SPDX-License-Identifier: Apache-2.0
package net.zcrx.nic;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Netlink attributes as they were read; the layout is in {@link NetlinkWriter}. */
final class NetlinkAttributes {
    private static final int NLA_LEN = 0;
    private static final int NLA_TYPE = 2;
    private static final int NLATTR_BYTES = 4;
    private static final int NLA_ALIGN = 4;
    /** The bits of {@code nla_type} that are the type; the others are flags for nested and for big-endian values. */
    private static final int TYPE_MASK = (1 << 14) - 1;

    private record Attribute(int type, ByteBuffer value) {}

    private final List<Attribute> list = new ArrayList<>();

    /** Reads the attributes between the buffer's position and its limit. */
    NetlinkAttributes(ByteBuffer in) {
        int position = in.position();
        while (in.limit() - position >= NLATTR_BYTES) {
            int length = Short.toUnsignedInt(in.getShort(position + NLA_LEN));
            if (length < NLATTR_BYTES || length > in.limit() - position) {
                break;
            }
            int type = in.getShort(position + NLA_TYPE) & TYPE_MASK;
            ByteBuffer value = in.slice(position + NLATTR_BYTES, length - NLATTR_BYTES);
            list.add(new Attribute(type, value.order(ByteOrder.nativeOrder())));
            position += length + NLA_ALIGN - 1 & -NLA_ALIGN;
        }
    }

    boolean has(int type) {
        return find(type) != null;
    }

    /** Returns the number of one, two or four bytes in the attribute of this type. */
    OptionalInt number(int type) {
        ByteBuffer value = find(type);
        if (value == null) {
            return OptionalInt.empty();
        }
        return switch (value.remaining()) {
            case Byte.BYTES -> OptionalInt.of(Byte.toUnsignedInt(value.get(0)));
            case Short.BYTES -> OptionalInt.of(Short.toUnsignedInt(value.getShort(0)));
            case Integer.BYTES -> OptionalInt.of(value.getInt(0));
            default -> OptionalInt.empty();
        };
    }

    Optional<String> string(int type) {
        ByteBuffer value = find(type);
        if (value == null) {
            return Optional.empty();
        }
        byte[] bytes = new byte[value.remaining()];
        value.get(0, bytes);
        return Optional.of(new String(bytes, StandardCharsets.UTF_8).replace("\0", ""));
    }

    /** Returns the attributes in the attribute of this type; none if it is not there. */
    NetlinkAttributes nested(int type) {
        ByteBuffer value = find(type);
        return new NetlinkAttributes(value == null ? ByteBuffer.allocate(0) : value);
    }

    /** Returns the attributes in each attribute of this type. */
    List<NetlinkAttributes> allNested(int type) {
        List<NetlinkAttributes> all = new ArrayList<>();
        for (Attribute attribute : list) {
            if (attribute.type == type) {
                all.add(new NetlinkAttributes(attribute.value));
            }
        }
        return all;
    }

    /** Returns the attributes in each attribute, whatever its type: of a list, whose types are places. */
    List<NetlinkAttributes> eachNested() {
        return list.stream()
                .map(attribute -> new NetlinkAttributes(attribute.value))
                .toList();
    }

    private ByteBuffer find(int type) {
        for (Attribute attribute : list) {
            if (attribute.type == type) {
                return attribute.value;
            }
        }
        return null;
    }
}
