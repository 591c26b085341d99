// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A page that is lost or returned twice is an error that the kernel never tells: the ledger must. */
class PageLedgerTest {
    private static final int PAGE = 4096;
    private static final long SECOND_AREA = 1L << 48;

    private final PageLedger ledger = new PageLedger(PAGE);

    @BeforeEach
    void addAreas() {
        ledger.addArea(4 * PAGE);
        ledger.addArea(2 * PAGE);
    }

    @Test
    void shouldCountPageWithSeveralFragmentsOnce() {
        ledger.take(PAGE);
        ledger.take(PAGE + 1448);
        assertEquals(1, ledger.pagesOut());
        assertEquals(2, ledger.fragmentsOut());
        ledger.giveBack(PAGE);
        assertEquals(1, ledger.pagesOut());
        ledger.giveBack(PAGE + 1448);
        assertEquals(0, ledger.pagesOut());
        assertEquals(0, ledger.fragmentsOut());
    }

    @Test
    void shouldTellAreasApart() {
        ledger.take(SECOND_AREA);
        assertThrows(IllegalStateException.class, () -> ledger.giveBack(0));
        ledger.giveBack(SECOND_AREA);
        assertEquals(0, ledger.pagesOut());
    }

    @Test
    void shouldCatchPageReturnedTwice() {
        ledger.take(PAGE);
        ledger.giveBack(PAGE);
        assertThrows(IllegalStateException.class, () -> ledger.giveBack(PAGE));
        assertEquals(0, ledger.fragmentsOut());
    }

    @Test
    void shouldShowLostPage() {
        ledger.take(0);
        ledger.take(PAGE);
        ledger.giveBack(0);
        assertEquals(1, ledger.pagesOut());
        assertEquals(1, ledger.fragmentsOut());
    }
}
