package net.zcrx.receive;

import java.util.List;
import net.zcrx.memory.Area;
import net.zcrx.uring.InterfaceQueue;

/** Adds areas to a queue that runs out of pages, up to a bound (kernel 7.3). */
public final class Growth {
    private final long maxBytes;

    /** @param maxBytes of all areas together; the first area's length or less means no growth */
    public Growth(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Registers one more area as large as the first, or returns {@code null} if the bound or the kernel forbids it. */
    Area grow(InterfaceQueue queue, List<Area> areas) {
        int step = areas.get(0).length();
        if ((areas.size() + 1L) * step > maxBytes) {
            return null;
        }
        Area area = Area.allocate(step);
        int id = queue.addArea(area.address(), area.length());
        if (id != areas.size()) {
            // Refused (memory lock limit): the areas there are must do.
            area.release();
            return null;
        }
        area.id(id);
        return area;
    }
}
