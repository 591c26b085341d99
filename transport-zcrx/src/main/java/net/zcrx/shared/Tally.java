// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import net.zcrx.receive.Counters;
import net.zcrx.receive.Counters.Counter;

/** Counts for the loop that a channel is on. On that loop's thread only. */
final class Tally {
    /** {@code null} while the channel is on none. */
    private Counters counters;
    /** Handed over and not back: a gauge, which goes with the channel from loop to loop. */
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

    /** So many bytes more are out; fewer if it is negative. */
    void out(long bytes) {
        out += bytes;
        add(Counter.SHARED_OUT_BYTES, bytes);
    }
}
