// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import net.zcrx.receive.Counters;
import net.zcrx.receive.Counters.Counter;

/** Adds a connection's counts to those of the loop that its channel is on. Used on that loop's thread only. */
final class Tally {
    /** {@code null} while the channel is on no loop. */
    private Counters counters;
    /** Bytes handed over and not back: a gauge, which moves with the channel from loop to loop. */
    private long out;

    void enter(Counters loop) {
        counters = loop;
        counters.add(Counter.SHARED_OUT_BYTES, out);
    }

    void leave() {
        if (counters != null) {
            counters.add(Counter.SHARED_OUT_BYTES, -out);
            counters = null;
        }
    }

    void add(Counter counter, long amount) {
        if (counters != null) {
            counters.add(counter, amount);
        }
    }

    /** Adds to the bytes that are out; {@code bytes} is negative if fewer are. */
    void addOut(long bytes) {
        out += bytes;
        add(Counter.SHARED_OUT_BYTES, bytes);
    }
}
