// SPDX-License-Identifier: Apache-2.0
package net.zcrx.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StarvationTest {
    private static final int MIB = 1 << 20;
    private static final long SECOND = 1_000_000_000;

    @Test
    void shouldBoundOnlyAfterTheNicFoundNoPage() {
        Starvation starvation = new Starvation(64 * MIB, true);
        starvation.enter();
        assertEquals(Starvation.UNBOUNDED, starvation.bound());
        starvation.begin(0);
        // Half of the area, of which the kernel makes the double.
        assertEquals(16 * MIB, starvation.bound());
        starvation.enter();
        assertEquals(8 * MIB, starvation.bound());
        starvation.resize(128 * MIB);
        assertEquals(16 * MIB, starvation.bound());
    }

    @Test
    void shouldBoundFromTheBeginningWhereNobodyTells() {
        assertEquals(16 * MIB, new Starvation(64 * MIB, false).bound());
        Starvation later = new Starvation(64 * MIB, true);
        later.stopReports();
        assertEquals(16 * MIB, later.bound());
    }

    @Test
    void shouldNotHoldMoreThanHalfTogetherUnlessThatIsTooLittleForEach() {
        Starvation starvation = new Starvation(4 * MIB, true);
        starvation.begin(0);
        for (int sockets = 1; sockets <= 10_000; sockets++) {
            starvation.enter();
            assertTrue(2L * sockets * starvation.bound() <= 2 * MIB || starvation.bound() == 8 * 1024);
        }
        for (int sockets = 10_000; sockets > 0; sockets--) {
            starvation.leave();
            assertTrue(2L * (sockets - 1) * starvation.bound() <= 2 * MIB || starvation.bound() == 8 * 1024);
        }
        assertTrue(starvation.bound() >= MIB / 2);
    }

    @Test
    void shouldLiftBoundsAfterAWhileWithoutStarvation() {
        Starvation starvation = new Starvation(4 * MIB, true);
        starvation.begin(SECOND);
        starvation.liftIfCalm(100 * SECOND);
        assertEquals(MIB, starvation.bound());
        assertTrue(starvation.end());
        assertFalse(starvation.end());
        starvation.liftIfCalm(30 * SECOND);
        assertEquals(MIB, starvation.bound());
        starvation.liftIfCalm(62 * SECOND);
        assertEquals(Starvation.UNBOUNDED, starvation.bound());
    }

    @Test
    void shouldCallItATieOnlyWhenNothingMovedForLong() {
        Starvation starvation = new Starvation(4 * MIB, true);
        assertFalse(starvation.begin(0));
        assertFalse(starvation.begin(SECOND));
        starvation.move();
        assertFalse(starvation.begin(2 * SECOND));
        assertFalse(starvation.begin(3 * SECOND));
        assertTrue(starvation.isStalling());
        assertTrue(starvation.begin(4 * SECOND));
        starvation.end();
        assertFalse(starvation.begin(5 * SECOND));
    }
}
