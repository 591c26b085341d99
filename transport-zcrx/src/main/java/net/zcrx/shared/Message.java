// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A message on the Unix socket of a connection. Its first 16 bytes are the same in every version: magic number,
 * version, kind, number.
 *
 * @param number the number of an area (of the next one, for a lease), or the reason of a refusal
 * @param bytes how many bytes of the area may be out at a time
 * @param descriptors the descriptors that are sent or were received with the message
 */
record Message(int version, int kind, int number, long bytes, int... descriptors) {
    /** The version of {@link Layout}, of these messages, and of what both mean. */
    static final int VERSION = 2;

    static final int BYTES = 24;
    /** The bytes that every version has. */
    static final int LEAST_BYTES = 16;
    /** The most descriptors that a message may have. */
    static final int MAX_DESCRIPTORS = 4;

    /** The first message of the connecting side, with the connection's memory. */
    static final int HELLO = 1;
    /** Accepts the connection: the answer to {@link #HELLO}. */
    static final int WELCOME = 2;
    /** Refuses the connection: the other answer to {@link #HELLO}. */
    static final int REFUSAL = 3;
    /** Names an area: entries may refer to its number from now on. */
    static final int AREA = 4;
    /** Wakes the other side up. */
    static final int WAKE = 5;
    /** A {@link Lease} of the area that the next {@link #AREA} names: the write end of a pipe. */
    static final int LEASE = 6;
    /** Nothing of an area is out any more, and entries will not refer to its number again. */
    static final int FORGET = 7;

    static final int REFUSED_VERSION = 1;
    static final int REFUSED_USER = 2;
    static final int REFUSED_MEMORY = 3;

    static final Message RING = of(WAKE, 0, 0);

    private static final int MAGIC = 0x7a63_7278;

    static Message of(int kind, int number, long bytes, int... descriptors) {
        return new Message(VERSION, kind, number, bytes, descriptors);
    }

    void write(ByteBuffer to) {
        to.putInt(MAGIC).putInt(version).putInt(kind).putInt(number).putLong(bytes);
    }

    /** Reads a message; of another version, only the bytes that every version has. */
    static Message read(ByteBuffer from, int... descriptors) throws RuleViolationException {
        if (from.remaining() < LEAST_BYTES || from.getInt() != MAGIC) {
            throw new RuleViolationException("it sent " + from.limit() + " bytes that are no message");
        }
        int version = from.getInt();
        int kind = from.getInt();
        int number = from.getInt();
        if (version == VERSION && from.remaining() != BYTES - LEAST_BYTES) {
            throw new RuleViolationException("it sent a message of " + from.limit() + " bytes");
        }
        return new Message(version, kind, number, version == VERSION ? from.getLong() : 0, descriptors);
    }

    /** Whether a complete message is {@link #RING}. It is frequent, so that no object is made for it. */
    static boolean isRing(ByteBuffer from, int place) {
        return from.getInt(place) == MAGIC
                && from.getInt(place + Integer.BYTES) == VERSION
                && from.getInt(place + 2 * Integer.BYTES) == WAKE;
    }

    boolean isOfThisVersion() {
        return version == VERSION;
    }

    /** Returns the only descriptor, or -1 if there are none or several. The caller still owns them all. */
    int descriptor() {
        return descriptors.length == 1 ? descriptors[0] : -1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Message that
                && version == that.version
                && kind == that.kind
                && number == that.number
                && bytes == that.bytes
                && Arrays.equals(descriptors, that.descriptors);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new long[] {version, kind, number, bytes, Arrays.hashCode(descriptors)});
    }
}
