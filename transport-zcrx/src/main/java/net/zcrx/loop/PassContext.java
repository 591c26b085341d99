// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import io.netty.channel.IoHandlerContext;
import net.zcrx.receive.Receiver;

/** What Netty says of a pass of the loop, but that the loop does not sleep while there is work left, nor for too long. */
final class PassContext implements IoHandlerContext {
    private static final long NO_DEADLINE = -1;

    private IoHandlerContext netty;
    private boolean leftWork;
    private boolean hasWork;
    private long longestSleep;

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

    @Override
    public boolean canBlock() {
        return !hasWork && netty.canBlock();
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
        return netty.deadlineNanos() == NO_DEADLINE
                ? longestSleep
                : Math.min(longestSleep, netty.delayNanos(currentTimeNanos));
    }

    @Override
    public long deadlineNanos() {
        long deadline = netty.deadlineNanos();
        // Of a deadline it is asked only whether there is one.
        return deadline == NO_DEADLINE && longestSleep != Receiver.FOR_EVER ? 0 : deadline;
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
