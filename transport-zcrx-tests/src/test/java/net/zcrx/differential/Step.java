// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import java.util.List;

/** Actions without a wait between them; after a step both sides come to rest. */
record Step(Where where, List<Op> ops) {
    enum Where {
        /** In one task of the channel's loop. */
        LOOP,
        /** On another thread, while the loop runs. */
        OFF_LOOP,
        /** On another thread, while the loop is held: it sees all at once. */
        HELD,
        /** The first half and the second half of the actions on two threads at once. */
        RACE
    }

    static Step step(Where where, Op... ops) {
        return new Step(where, List.of(ops));
    }

    @Override
    public String toString() {
        return where + " " + ops;
    }
}
