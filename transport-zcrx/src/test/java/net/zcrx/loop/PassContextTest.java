// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.IoHandlerContext;
import net.zcrx.receive.Receiver;
import org.junit.jupiter.api.Test;

/** How long Netty's handler may sleep. */
class PassContextTest {
    private final PassContext context = new PassContext(new SleepTimer(), () -> true);

    /** @param deadline in nanoseconds from 0 on; -1 for none */
    private static IoHandlerContext netty(long deadline) {
        return new IoHandlerContext() {
            @Override
            public boolean canBlock() {
                return true;
            }

            @Override
            public long delayNanos(long currentTimeNanos) {
                return deadline == -1 ? 1_000_000_000 : deadline - currentTimeNanos;
            }

            @Override
            public long deadlineNanos() {
                return deadline;
            }
        };
    }

    @Test
    void shouldSleepAsNettySays() {
        context.begin(netty(-1), Receiver.FOR_EVER);
        assertTrue(context.canBlock());
        assertEquals(-1, context.deadlineNanos());
        context.begin(netty(500), Receiver.FOR_EVER);
        assertEquals(500, context.deadlineNanos());
        assertEquals(400, context.delayNanos(100));
    }

    @Test
    void shouldSleepNoLongerThanAReceiverAllows() {
        context.begin(netty(-1), 300);
        assertTrue(context.canBlock());
        assertNotEquals(-1, context.deadlineNanos());
        assertEquals(300, context.delayNanos(100));
        context.begin(netty(1000), 300);
        assertEquals(300, context.delayNanos(100));
        context.begin(netty(200), 300);
        assertEquals(100, context.delayNanos(100));
        context.begin(netty(-1), 0);
        assertFalse(context.canBlock());
    }

    @Test
    void shouldNotSleepWhileWorkIsLeft() {
        context.leaveWork();
        context.begin(netty(-1), Receiver.FOR_EVER);
        assertFalse(context.canBlock());
        context.begin(netty(-1), Receiver.FOR_EVER);
        assertTrue(context.canBlock());
    }

    @Test
    void shouldBeAsleepFromBeforeItLooksForTasksUntilItsEnd() {
        assertFalse(context.isAsleep());
        boolean[] seen = new boolean[1];
        IoHandlerContext looking = new IoHandlerContext() {
            @Override
            public boolean canBlock() {
                seen[0] = context.isAsleep();
                return true;
            }

            @Override
            public long delayNanos(long currentTimeNanos) {
                return 0;
            }

            @Override
            public long deadlineNanos() {
                return -1;
            }
        };
        context.begin(looking, Receiver.FOR_EVER);
        assertTrue(context.canBlock());
        assertTrue(seen[0]);
        assertTrue(context.isAsleep());
        context.end();
        assertFalse(context.isAsleep());
    }
}
