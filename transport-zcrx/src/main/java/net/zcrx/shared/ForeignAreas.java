// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import net.zcrx.memory.Area;
import net.zcrx.memory.MemoryFile;

/**
 * Areas of other processes that this one has mapped: each once, however many connections have buffers of it. They are
 * known by what the kernel says of the file, and not by what the other process says. Any thread.
 */
final class ForeignAreas {
    private static final Map<MemoryFile, Area> MAPPED = new HashMap<>();

    private ForeignAreas() {}

    /** Maps the file for reading, unless it is mapped; the caller has a reference to the area then. */
    static synchronized Area map(int descriptor) throws IOException {
        MemoryFile file = MemoryFile.of(descriptor);
        Area there = MAPPED.get(file);
        if (there != null && there.tryRetain()) {
            file.close();
            return there;
        }
        // Buffers give up their references on any thread, and tell nobody.
        MAPPED.values().removeIf(area -> !area.isMapped());
        if (!file.hasFixedWriter()) {
            file.close();
            // Others could punch holes into it; in huge pages, a read of one can fail.
            throw new LiarException("it sent an area that is not sealed against other writers");
        }
        Area area = Area.map(file, false);
        MAPPED.put(file, area);
        return area;
    }
}
