// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.Buffer;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.internal.CleanableDirectBuffer;
import java.util.concurrent.TimeUnit;
import net.zcrx.uring.Uring;

/**
 * Wakes the loop when its next scheduled task is due. Netty's handler submits a timeout before each sleep, and that
 * completes with whatever ends the sleep: a request and a completion per message for each server with an idle timeout.
 * This one stays with the kernel over many sleeps. It is moved only when a task is to run before it; where the next
 * task runs later, it wakes the loop once for nothing.
 */
public final class SleepTimer implements IoUringIoHandle {
    static final long NO_DEADLINE = -1;

    /** A task that is due within this time is left to Netty's handler: to move the timer ends a sleep as well. */
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    // Of a struct __kernel_timespec, which zcrx_abi.h asserts.
    private static final int TV_SEC = 0;
    private static final int TV_NSEC = 8;
    private static final int TIMESPEC_BYTES = 16;

    /** The time to sleep; {@code null} before the loop has begun. */
    private CleanableDirectBuffer time;
    /** {@code null} before the loop has begun, and when it shuts down. */
    private IoRegistration registration;
    /** The kernel's number of the timer; 0 if it has none. */
    private long timer;
    /** The deadline of the context that was asked about last: the timer runs until then at the latest. */
    private long deadline;

    /** Registers the timer when the ring is enabled, on the loop's thread. */
    public void register(IoUringIoHandler uring) {
        time = Buffer.allocateDirectBufferWithNativeOrder(TIMESPEC_BYTES);
        registration = Registrations.register(uring, this);
    }

    /**
     * Whether this wakes the loop in time for its next task, or there is none. It asks before the loop sleeps, and a
     * timeout that it queues is submitted with the sleep.
     */
    boolean covers(IoHandlerContext loop) {
        long next = loop.deadlineNanos();
        if (next == NO_DEADLINE || timer != 0 && next - deadline >= 0) {
            return true;
        }
        if (registration == null) {
            return false;
        }
        long delay = loop.delayNanos(System.nanoTime());
        if (delay < LEAST_NANOS) {
            return false;
        }
        time.buffer()
                .putLong(TV_SEC, TimeUnit.NANOSECONDS.toSeconds(delay))
                .putLong(TV_NSEC, delay % TimeUnit.SECONDS.toNanos(1));
        long timespec = Buffer.memoryAddress(time.buffer());
        if (timer != 0) {
            registration.submit(Uring.updateTimeout(timer, timespec));
        } else {
            timer = registration.submit(Uring.timeout(timespec));
        }
        deadline = next;
        return timer != 0;
    }

    /** It ran until its deadline, or was cancelled at the loop's end. */
    @Override
    public void handle(IoRegistration ignored, IoEvent event) {
        if (((IoUringIoEvent) event).opcode() == Uring.OP_TIMEOUT) {
            timer = 0;
        }
    }

    /** The loop is shutting down: what Netty submits then stands behind everything that the kernel has. */
    @Override
    public void close() {
        if (timer != 0) {
            registration.submit(Uring.cancel(timer));
        }
        registration.cancel();
        registration = null;
    }

    /** Called when the ring is closed. */
    public void free() {
        if (time != null) {
            time.clean();
        }
    }
}
