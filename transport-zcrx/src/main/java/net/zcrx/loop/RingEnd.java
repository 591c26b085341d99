// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.concurrent.TimeUnit;
import net.zcrx.uring.Native;
import net.zcrx.uring.RingFd;
import net.zcrx.uring.SyncCancel;
import net.zcrx.uring.Uring;
import net.zcrx.uring.WakeupMark;

/**
 * Ends the requests that the kernel has of a loop's ring before its memory is freed. Netty's
 * {@link IoUringIoHandler#destroy()} waits for one completion, whichever comes first, and then frees: a request that is
 * still under way, as its own read of the wakeup descriptor, which a kernel thread does once there was a drain, then
 * writes to memory that is in other use.
 */
public final class RingEnd implements IoUringIoHandle {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(RingEnd.class);

    /** A cancelled request ends at once; but the notification of a zero-copy send may wait for a silent peer. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A request that was in between, and so not found, is found by the next cancellation. */
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final IoUringIoHandler uring;
    private final LoopThread thread;
    private IoRegistration registration;
    /** Number of the last drain, and of the last that completed. */
    private short drain;

    private short drained;

    public RingEnd(IoUringIoHandler uring, LoopThread thread) {
        this.uring = uring;
        this.thread = thread;
    }

    /**
     * Registers this when the ring is enabled, on the loop's thread: later, Netty's handler takes no registration any
     * more.
     */
    public void register() {
        registration = Registrations.register(uring, this);
    }

    /** Runs Netty's part of a shutdown, which closes all channels, on the loop's thread. */
    public void prepareToDestroy() {
        if (registration != null) {
            // Netty waits for a completion there, without end if none of the kernel's requests ends by itself.
            registration.submit(Uring.nop(drained));
        }
        uring.prepareToDestroy();
    }

    /**
     * Cancels every request, and waits until all have ended. Called on the loop's thread, before
     * {@code uring.destroy()}. Netty's channels close their descriptors by requests, which are done.
     */
    public void endRequests() {
        if (registration == null) {
            // The loop has never run.
            return;
        }
        SyncCancel cancel = new SyncCancel(RingFd.of(uring));
        try {
            if (drain(cancel, System.nanoTime() + PATIENCE_NANOS)) {
                // Netty has submitted its read of the wakeup descriptor anew. It waits for one that has been written
                // to, and not for one that it cancels.
                thread.wakeUp(uring);
            } else {
                // Requests that wait behind the drain never begin, as Netty's read of the wakeup descriptor.
                WakeupMark.clear(uring);
                LOGGER.warn(
                        "The kernel has not ended all requests of an event loop within {} s of its end. Most likely a"
                                + " peer has not acknowledged what was sent to it without a copy, or a disk does not"
                                + " answer. Close connections and files,"
                                + " and wait for it, before the event loops end.",
                        TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS));
            }
        } finally {
            cancel.free();
        }
    }

    /**
     * Drains the ring. A completion may submit more, so it is over when the drain is the only completion of a round.
     */
    private boolean drain(SyncCancel cancel, long deadline) {
        int completions;
        do {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            cancel.allButClose();
            registration.submit(Uring.drain(++drain));
            completions = uring.run(NoWait.INSTANCE);
            while (drained != drain) {
                if (System.nanoTime() - deadline > 0) {
                    return false;
                }
                Native.await(RingFd.of(uring), 1, AGAIN_NANOS);
                cancel.allButClose();
                completions += uring.run(NoWait.INSTANCE);
            }
        } while (completions > 1);
        return true;
    }

    @Override
    public void handle(IoRegistration ignored, IoEvent event) {
        drained = (short) ((IoUringIoEvent) event).userData();
    }

    /** The loop is shutting down: this is what still works then. */
    @Override
    public void close() {}
}
