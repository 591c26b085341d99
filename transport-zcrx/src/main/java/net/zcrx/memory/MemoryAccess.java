// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

import io.netty.util.internal.PlatformDependent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads and writes an area's memory: by address where Netty does so in its own buffers, which costs less than a {@link
 * ByteBuffer}, else by one. Each method is given both the index in {@code memory}, which is big-endian, and the
 * address. Nothing is checked here. Addresses need not be aligned: both processors that the native library is built for
 * take any.
 */
final class MemoryAccess {
    private static final boolean BY_ADDRESS = PlatformDependent.hasUnsafe() && PlatformDependent.isUnaligned();
    private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private MemoryAccess() {}

    static byte getByte(ByteBuffer memory, int place, long address) {
        return BY_ADDRESS ? PlatformDependent.getByte(address) : memory.get(place);
    }

    static short getShort(ByteBuffer memory, int place, long address) {
        if (!BY_ADDRESS) {
            return memory.getShort(place);
        }
        short value = PlatformDependent.getShort(address);
        return SWAP ? Short.reverseBytes(value) : value;
    }

    static int getInt(ByteBuffer memory, int place, long address) {
        if (!BY_ADDRESS) {
            return memory.getInt(place);
        }
        int value = PlatformDependent.getInt(address);
        return SWAP ? Integer.reverseBytes(value) : value;
    }

    static long getLong(ByteBuffer memory, int place, long address) {
        if (!BY_ADDRESS) {
            return memory.getLong(place);
        }
        long value = PlatformDependent.getLong(address);
        return SWAP ? Long.reverseBytes(value) : value;
    }

    static void setByte(ByteBuffer memory, int place, long address, int value) {
        if (BY_ADDRESS) {
            PlatformDependent.putByte(address, (byte) value);
        } else {
            memory.put(place, (byte) value);
        }
    }

    static void setShort(ByteBuffer memory, int place, long address, int value) {
        if (BY_ADDRESS) {
            PlatformDependent.putShort(address, SWAP ? Short.reverseBytes((short) value) : (short) value);
        } else {
            memory.putShort(place, (short) value);
        }
    }

    static void setInt(ByteBuffer memory, int place, long address, int value) {
        if (BY_ADDRESS) {
            PlatformDependent.putInt(address, SWAP ? Integer.reverseBytes(value) : value);
        } else {
            memory.putInt(place, value);
        }
    }

    static void setLong(ByteBuffer memory, int place, long address, long value) {
        if (BY_ADDRESS) {
            PlatformDependent.putLong(address, SWAP ? Long.reverseBytes(value) : value);
        } else {
            memory.putLong(place, value);
        }
    }

    static void getBytes(ByteBuffer memory, int place, long address, byte[] target, int start, int length) {
        if (BY_ADDRESS) {
            PlatformDependent.copyMemory(address, target, start, length);
        } else {
            memory.get(place, target, start, length);
        }
    }

    static void setBytes(ByteBuffer memory, int place, long address, byte[] source, int start, int length) {
        if (BY_ADDRESS) {
            PlatformDependent.copyMemory(source, start, address, length);
        } else {
            memory.put(place, source, start, length);
        }
    }
}
