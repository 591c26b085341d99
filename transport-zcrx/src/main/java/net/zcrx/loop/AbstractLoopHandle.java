// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

/** The state that a loop keeps in each handle: its place in the loop's list, and whether it is ready. */
public abstract class AbstractLoopHandle implements LoopHandle {
    private int index;
    private boolean ready;

    @Override
    public final int index() {
        return index;
    }

    @Override
    public final void index(int now) {
        index = now;
    }

    @Override
    public final boolean markReady() {
        boolean first = !ready;
        ready = true;
        return first;
    }

    @Override
    public final void clearReady() {
        ready = false;
    }
}
