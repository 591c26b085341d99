// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import io.netty.channel.IoHandlerContext;
import java.util.function.BooleanSupplier;
import net.zcrx.receive.Receiver;

/**
 * Netty's context for one pass, with two changes: the loop may not block while there is work left, nor for too long;
 * and Netty's handler sees no deadline that the {@link SleepTimer} takes care of.
 */
final class PassContext implements IoHandlerContext {
    private final SleepTimer timer;
    private final BooleanSupplier maySleep;
    /** True from the moment before the loop looks for tasks for the last time until it is awake again. */
    private volatile boolean asleep;

    private IoHandlerContext netty;
    private boolean leftWork;
    private boolean hasWork;
    private long longestSleep;

    /** @param maySleep asked last: whether none of the loop's channels has anything to do */
    PassContext(SleepTimer timer, BooleanSupplier maySleep) {
        this.timer = timer;
        this.maySleep = maySleep;
    }

    /** @param longestSleep in nanoseconds; 0 for none, {@link Receiver#FOR_EVER} without a bound */
    void begin(IoHandlerContext netty, long longestSleep) {
        this.netty = netty;
        this.longestSleep = longestSleep;
        hasWork = leftWork || longestSleep == 0;
        leftWork = false;
    }

    /** The pass that is ending leaves something to the next one. */
    void leaveWork() {
        leftWork = true;
    }

    /** Called when the pass is over. */
    void end() {
        asleep = false;
    }

    /** Whether the loop may not see a task that is there now before it sleeps, or sleeps already; from any thread. */
    boolean isAsleep() {
        return asleep;
    }

    /** Netty's handler asks for this right before the loop sleeps. */
    @Override
    public boolean canBlock() {
        if (hasWork) {
            return false;
        }
        // Written before the tasks are looked for, as a thread adds its task before it looks at this: one of the two
        // sees the other.
        asleep = true;
        return netty.canBlock() && maySleep.getAsBoolean();
    }

    /** Whether a task of the loop is due within {@code nanos} of {@code now}, which {@code System.nanoTime} gave. */
    boolean hasTaskWithin(long nanos, long now) {
        return netty.deadlineNanos() != SleepTimer.NO_DEADLINE && netty.delayNanos(now) <= nanos;
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
        return netty.deadlineNanos() == SleepTimer.NO_DEADLINE
                ? longestSleep
                : Math.min(longestSleep, netty.delayNanos(currentTimeNanos));
    }

    /** Netty's handler asks for this right before it submits the queued requests and sleeps. */
    @Override
    public long deadlineNanos() {
        if (longestSleep != Receiver.FOR_EVER) {
            // Of a deadline it is asked only whether there is one.
            return 0;
        }
        return timer.covers(netty) ? SleepTimer.NO_DEADLINE : netty.deadlineNanos();
    }

    @Override
    public void reportActiveIoTime(long activeNanos) {
        netty.reportActiveIoTime(activeNanos);
    }

    @Override
    public boolean shouldReportActiveIoTime() {
        return netty.shouldReportActiveIoTime();
    }
}
