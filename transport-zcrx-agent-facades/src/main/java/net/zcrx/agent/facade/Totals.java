// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.facade;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import net.zcrx.ZcrxMetrics;

/**
 * Sums over groups. Immutable.
 *
 * @param modes of their loops
 * @param zeroCopy bytes that came where the NIC wrote them
 * @param copied bytes that the kernel copied
 * @param held buffers that the application has
 */
record Totals(int groups, int loops, SortedSet<String> modes, long zeroCopy, long copied, long held) {
    static final Totals NONE = new Totals(0, 0, new TreeSet<>(), 0, 0, 0);

    Totals plus(int moreLoops, List<ZcrxMetrics> metrics) {
        SortedSet<String> allModes = new TreeSet<>(modes);
        long moreZeroCopy = 0;
        long moreCopied = 0;
        long moreHeld = 0;
        for (ZcrxMetrics loop : metrics) {
            allModes.add(
                    loop.modeReason().isEmpty() ? loop.mode().name() : loop.mode() + " (" + loop.modeReason() + ")");
            moreZeroCopy += loop.zeroCopyBytes();
            moreCopied += loop.copiedBytes();
            moreHeld += loop.heldBuffers();
        }
        return new Totals(
                groups + 1, loops + moreLoops, allModes, zeroCopy + moreZeroCopy, copied + moreCopied, held + moreHeld);
    }
}
