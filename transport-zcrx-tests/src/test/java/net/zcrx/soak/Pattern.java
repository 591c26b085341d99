// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;

/** Bytes that tell their position and their connection, so that one that is lost, doubled or another's shows. */
final class Pattern {
    private Pattern() {}

    static byte at(long position, int key) {
        return (byte) (position * 31 + (position >>> 8) * 17 + (position >>> 16) * 7 + key * 101);
    }

    static byte[] bytes(long position, int length, int key) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = at(position + i, key);
        }
        return bytes;
    }

    /** @throws IllegalStateException if a byte is wrong, or they end too early */
    static void expect(InputStream in, long position, int length, int key) throws IOException {
        byte[] got = in.readNBytes(length);
        expect(got, position, key);
        if (got.length < length) {
            throw new IllegalStateException(
                    "A connection ended after byte " + (position + got.length) + " of " + (position + length) + ".");
        }
    }

    static void expect(byte[] got, long position, int key) {
        for (int i = 0; i < got.length; i++) {
            check(got[i], position + i, key);
        }
    }

    static void expect(ByteBuf in, long position, int key) {
        for (int i = in.readerIndex(); i < in.writerIndex(); i++) {
            check(in.getByte(i), position + i - in.readerIndex(), key);
        }
    }

    private static void check(byte got, long position, int key) {
        if (got != at(position, key)) {
            throw new IllegalStateException("Byte " + position + " of connection " + key + " is " + got + " instead of "
                    + at(position, key) + ".");
        }
    }
}
