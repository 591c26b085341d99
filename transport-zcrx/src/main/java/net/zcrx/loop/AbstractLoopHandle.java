// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

/** The state that a loop keeps in each handle: its place in the loop's list, and its marks. */
public abstract class AbstractLoopHandle implements LoopHandle {
    private int index;
    private byte marks;

    @Override
    public final int index() {
        return index;
    }

    @Override
    public final void index(int now) {
        index = now;
    }

    @Override
    public final byte marks() {
        return marks;
    }

    @Override
    public final void marks(byte now) {
        marks = now;
    }
}
