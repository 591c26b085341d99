// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import java.io.UncheckedIOException;
import java.util.Arrays;
import net.zcrx.memory.Area;
import net.zcrx.uring.InterfaceQueue;

/**
 * The areas of one interface queue, by the kernel's number for each, and how many more there may be (Linux 7.3). All
 * loops that use the queue read them, and may add one.
 */
final class QueueAreas {
    private final long maxBytes;
    private volatile Area[] areas;
    private boolean refused;

    /** @param maxBytes of all areas together; the first area's length or less means no growth */
    QueueAreas(Area first, long maxBytes) {
        areas = new Area[] {first};
        this.maxBytes = maxBytes;
    }

    /** Returns the areas as they are now. Nobody may change the array. */
    Area[] list() {
        return areas;
    }

    /** Returns the bytes of all areas together. */
    long bytes() {
        Area[] now = areas;
        return (long) now.length * now[0].length();
    }

    /**
     * Registers one more area as large as the first.
     *
     * @param by the queue as the calling loop's ring knows it
     * @param known how many areas the caller knows of: if there are more by now, they are enough
     * @return whether it did
     */
    synchronized boolean grow(InterfaceQueue by, int known) {
        Area[] before = areas;
        int step = before[0].length();
        if (before.length > known || refused || (before.length + 1L) * step > maxBytes) {
            return false;
        }
        Area more;
        try {
            more = Area.allocate(step, before[0].file() != null);
        } catch (UncheckedIOException e) {
            // No memory: the present areas must do, and data that does not fit is copied.
            refused = true;
            return false;
        }
        Area[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = more;
        // Before the kernel has it: as soon as it does, a completion of any loop may name it.
        areas = after;
        if (by.addArea(more.address(), more.length()) != before.length) {
            // Usually the limit of locked memory. Asking again for every page would not raise it.
            refused = true;
            areas = before;
            more.release();
            return false;
        }
        return true;
    }

    void release() {
        for (Area area : areas) {
            area.release();
        }
    }
}
