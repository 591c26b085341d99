// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

/**
 * An order of the server for the client. Fields that a kind does not need are 0 or {@code null}.
 *
 * @param mtu of the client's interface
 * @param port of the server
 * @param flows at once
 * @param warmup seconds of load before "begun" is answered
 * @param seconds of load after that
 * @param bytes of a compared transfer
 * @param text for the user, at the end
 */
record Order(Kind kind, int mtu, int port, int flows, double warmup, double seconds, long bytes, String text) {
    /** The answer to each but an end is one {@link Answer}, to a load two: one as it has begun. */
    enum Kind {
        MTU,
        CHECK,
        LOAD,
        /** All orders have been carried out. */
        END,
        /** The server cannot go on. */
        FAILED
    }

    static Order mtu(int bytes) {
        return new Order(Kind.MTU, bytes, 0, 0, 0, 0, 0, null);
    }

    static Order check(int port, long bytes) {
        return new Order(Kind.CHECK, 0, port, 0, 0, 0, bytes, null);
    }

    static Order load(int port, int flows, double warmup, double seconds) {
        return new Order(Kind.LOAD, 0, port, flows, warmup, seconds, 0, null);
    }

    static Order end(String text) {
        return new Order(Kind.END, 0, 0, 0, 0, 0, 0, text);
    }

    static Order failed(String sentence) {
        return new Order(Kind.FAILED, 0, 0, 0, 0, 0, 0, sentence);
    }
}
