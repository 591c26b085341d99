// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RingSizeTest {
    private static final long MIB = 1 << 20;
    private static final long CHUNKS = 1024;
    private static final RingSize DEFAULT = RingSize.of(256, 4096, CHUNKS);

    @Test
    void shouldBeAsConfiguredWhereMemoryMayBeLocked() {
        assertSize(256, 4096, DEFAULT.fitting(CHUNKS, Long.MAX_VALUE, 1024));
        assertSize(256, 4096, DEFAULT.fitting(CHUNKS, 8 * MIB, 4));
    }

    /** 64 processors and the limit that most systems have. */
    @Test
    void shouldLetDefaultGroupFit() {
        RingSize size = DEFAULT.fitting(CHUNKS, 8 * MIB, 128);
        assertSize(64, 1024, size);
        assertTrue(size.bytes() * 128 < 8 * MIB, size::toString);
    }

    private static void assertSize(int entries, int completions, RingSize size) {
        assertEquals(entries, size.entries());
        assertEquals(completions, size.completions());
    }
}
