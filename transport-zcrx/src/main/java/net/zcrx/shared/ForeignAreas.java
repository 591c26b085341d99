// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import net.zcrx.memory.Area;
import net.zcrx.memory.MemoryFile;

/**
 * The areas of other processes that this one has mapped: each once, however many connections have buffers of it. An
 * area is identified by the kernel's facts about its file, not by the other process's words. Safe on any thread.
 */
final class ForeignAreas {
    private static final Map<MemoryFile, Area> MAPPED = new HashMap<>();

    private ForeignAreas() {}

    /** Maps a file for reading, unless it is mapped already. The caller gets a reference to the area. */
    static synchronized Area map(int descriptor) throws IOException {
        MemoryFile file = MemoryFile.of(descriptor);
        Area there = MAPPED.get(file);
        if (there != null && there.tryRetain()) {
            file.close();
            return there;
        }
        // Buffers release their references on any thread, without notice.
        MAPPED.values().removeIf(area -> !area.isMapped());
        if (!file.hasFixedWriter()) {
            file.close();
            // Other processes could punch holes into it, and a read of a hole in huge pages can fail.
            throw new RuleViolationException("it sent an area that is not sealed against other writers");
        }
        Area area = Area.map(file, false);
        MAPPED.put(file, area);
        return area;
    }
}
