// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.internal.PlatformDependent;
import org.junit.jupiter.api.Test;

class AreaSizeTest {
    private static final long MIB = 1 << 20;

    private static final long USUAL = 64 * MIB;
    private static final int CHUNK = 64 * 1024;

    /** Of {@code groups} groups with so many loops each. */
    private long sum(AreaSize size, int groups) {
        long sum = 0;
        for (int i = 0; i < groups * size.loops(); i++) {
            sum += size.next(0, USUAL, CHUNK, sum);
        }
        return sum;
    }

    @Test
    void shouldBeFullWhereNothingLimitsMemory() {
        assertEquals(64 * MIB, AreaSize.of(Long.MAX_VALUE, 8192 * MIB, 16).next(0, USUAL, CHUNK, 0));
        assertEquals(16 * 64 * MIB, sum(AreaSize.of(Long.MAX_VALUE, 8192 * MIB, 16), 1));
    }

    @Test
    void shouldBePartOfWhatIsAllowed() {
        assertEquals(4 * MIB, AreaSize.of(1024 * MIB, 256 * MIB, 8).next(0, USUAL, CHUNK, 0));
        assertEquals(8 * MIB, AreaSize.of(Long.MAX_VALUE, 128 * MIB, 8).next(0, USUAL, CHUNK, 0));
    }

    @Test
    void shouldStayWithinWhatIsAllowedHoweverManyGroupsThereAre() {
        long most = 32 * MIB;
        assertTrue(sum(AreaSize.of(1024 * MIB, 256 * MIB, 8), 1) <= most);
        // Each that finds nothing left has the least.
        assertTrue(sum(AreaSize.of(1024 * MIB, 256 * MIB, 8), 4) <= most + 3 * 8 * MIB);
        assertEquals(64 * MIB, sum(AreaSize.of(MIB, MIB, 64), 1));
    }

    @Test
    void shouldHaveChunksEnough() {
        assertEquals(16 * MIB, AreaSize.of(MIB, MIB, 8).next(0, USUAL, (int) MIB, 0));
    }

    @Test
    void shouldBeAsAskedFor() {
        assertEquals(512 * MIB, AreaSize.of(MIB, MIB, 8).next(512 * MIB, USUAL, CHUNK, 0));
    }

    @Test
    void shouldAskProcess() {
        AreaSize size = AreaSize.of(3);
        assertEquals(3, size.loops());
        assertTrue(size.most() > 0 && size.most() <= PlatformDependent.maxDirectMemory() / 2, size::toString);
        assertTrue(AreaSize.of(0).loops() > 0);
    }
}
