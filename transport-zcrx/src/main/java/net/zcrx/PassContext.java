package net.zcrx;

import io.netty.channel.IoHandlerContext;

/** What Netty says of a pass of the loop, but that the loop does not sleep while the last pass has left work. */
final class PassContext implements IoHandlerContext {
    private IoHandlerContext netty;
    private boolean leftWork;
    private boolean hasWork;

    void begin(IoHandlerContext netty) {
        this.netty = netty;
        hasWork = leftWork;
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
        return netty.delayNanos(currentTimeNanos);
    }

    @Override
    public long deadlineNanos() {
        return netty.deadlineNanos();
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
