// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A message on the Unix socket of a connection. Its first 16 bytes are the same in every version: magic number, version,
 * kind, number.
 *
 * @param number of the area (a lease has that of the next one), or why a connection is refused
 * @param bytes of an area that may be out at a time
 * @param descriptors that came with it, or go with it
 */
record Message(int version, int kind, int number, long bytes, int... descriptors) {
    /** Of this layout, these messages and what both mean. */
    static final int VERSION = 1;

    static final int BYTES = 24;
    /** The bytes that every version has. */
    static final int LEAST_BYTES = 16;
    /** Descriptors that a message may have. */
    static final int MAX_DESCRIPTORS = 4;

    /** The connecting side's first: the connection's memory. */
    static final int HELLO = 1;
    /** The answer to it. */
    static final int WELCOME = 2;
    /** The other answer to it. */
    static final int REFUSAL = 3;
    /** An area that descriptors name from now on. */
    static final int AREA = 4;
    /** Wakes up. */
    static final int WAKE = 5;
    /** A {@link Lease} of the area of which the next message of that kind tells: the writing end of a pipe. */
    static final int LEASE = 6;
    /** Nothing of an area is out, and its number names nothing any more. */
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

    /** Reads what came; of another version only what every version has. */
    static Message read(ByteBuffer from, int... descriptors) throws LiarException {
        if (from.remaining() < LEAST_BYTES || from.getInt() != MAGIC) {
            throw new LiarException("it sent " + from.limit() + " bytes that are no message");
        }
        int version = from.getInt();
        int kind = from.getInt();
        int number = from.getInt();
        if (version == VERSION && from.remaining() != BYTES - LEAST_BYTES) {
            throw new LiarException("it sent a message of " + from.limit() + " bytes");
        }
        return new Message(version, kind, number, version == VERSION ? from.getLong() : 0, descriptors);
    }

    /** Whether a whole message is {@link #RING}, which comes often: no object is made for it. */
    static boolean isRing(ByteBuffer from, int place) {
        return from.getInt(place) == MAGIC
                && from.getInt(place + Integer.BYTES) == VERSION
                && from.getInt(place + 2 * Integer.BYTES) == WAKE;
    }

    boolean isOfThisVersion() {
        return version == VERSION;
    }

    /** Returns the only descriptor, or -1: then there were none or more, which are the caller's still. */
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
