package net.zcrx.receive;

import java.io.UncheckedIOException;
import java.util.List;
import net.zcrx.memory.Area;
import net.zcrx.uring.InterfaceQueue;

/** Adds areas to a queue that runs out of pages, up to a bound (kernel 7.3). */
public final class Growth {
    private final long maxBytes;
    private boolean refused;

    /** @param maxBytes of all areas together; the first area's length or less means no growth */
    public Growth(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Registers one more area as large as the first, or returns {@code null} if the bound or the kernel forbids it. */
    Area grow(InterfaceQueue queue, List<Area> areas) {
        int step = areas.get(0).length();
        if (refused || (areas.size() + 1L) * step > maxBytes) {
            return null;
        }
        Area area;
        try {
            area = Area.allocate(step);
        } catch (UncheckedIOException e) {
            // No memory: the areas there are must do, and what does not fit is copied.
            refused = true;
            return null;
        }
        int id = queue.addArea(area.address(), area.length());
        if (id != areas.size()) {
            // As a rule the limit of locked memory. Asking again for every page would not raise it.
            refused = true;
            area.release();
            return null;
        }
        area.id(id);
        return area;
    }
}
