package net.zcrx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RingSizeTest {
    private static final long MIB = 1 << 20;

    @Test
    void shouldBeAsConfiguredWhereMemoryMayBeLocked() {
        assertSize(256, 4096, RingSize.of(new ZcrxIoHandlerConfig(), Long.MAX_VALUE, 1024));
        assertSize(256, 4096, RingSize.of(new ZcrxIoHandlerConfig(), 8 * MIB, 4));
    }

    /** 64 processors and the limit that most systems have. */
    @Test
    void shouldLetDefaultGroupFit() {
        RingSize size = RingSize.of(new ZcrxIoHandlerConfig(), 8 * MIB, 128);
        assertSize(64, 1024, size);
        assertTrue(size.bytes() * 128 < 8 * MIB, size::toString);
    }

    @Test
    void shouldNotChangeWhatWasAskedFor() {
        assertSize(
                512,
                8192,
                RingSize.of(new ZcrxIoHandlerConfig().ringEntries(512).completionEntries(8192), MIB, 64));
    }

    private static void assertSize(int entries, int completions, RingSize size) {
        assertEquals(entries, size.entries());
        assertEquals(completions, size.completions());
    }
}
