// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Breaks one rule of a connection.
 *
 * @param words that the other side answers with
 */
record Lie(String name, String words, Telling telling) {
    /** Of a connection whose other side broke a rule. */
    static final String LIED = "broke its rules";

    @FunctionalInterface
    interface Telling {
        void tell(Liar liar) throws Exception;
    }

    static byte[] message(int magic, int version, int kind, int number, long bytes) {
        return ByteBuffer.allocate(Message.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(magic)
                .putInt(version)
                .putInt(kind)
                .putInt(number)
                .putLong(bytes)
                .array();
    }

    static byte[] message(int kind, int number, long bytes) {
        return message(Liar.MAGIC, Message.VERSION, kind, number, bytes);
    }
}
