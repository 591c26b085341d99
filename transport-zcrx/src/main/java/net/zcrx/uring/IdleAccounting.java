// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.internal.SystemPropertyUtil;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;

/**
 * Lets the kernel count a loop that waits as idle ({@code IORING_ENTER_NO_IOWAIT} of io_uring_enter(2), Linux 6.15),
 * not as waiting for a disk, which sets off operators' alarms. Netty has that as a system property for all rings of the
 * process, which is read once and off by default; here it is on for each ring of ours, unless the property is there.
 */
public final class IdleAccounting {
    private static final String PROPERTY = "io.netty.iouring.enterNoIoWaitEnabled";
    private static final int FEAT_NO_IOWAIT = 1 << 17;
    private static final int ENTER_NO_IOWAIT = 1 << 7;

    private static final Field RING;
    private static final Method FEATURES;
    private static final Method QUEUE;
    private static final Field FLAGS;

    static {
        Field ring = null;
        Method features = null;
        Method queue = null;
        Field flags = null;
        try {
            ring = IoUringIoHandler.class.getDeclaredField("ringBuffer");
            features = ring.getType().getDeclaredMethod("features");
            queue = ring.getType().getDeclaredMethod("ioUringSubmissionQueue");
            flags = queue.getReturnType().getDeclaredField("enterFlags");
            ring.setAccessible(true);
            features.setAccessible(true);
            queue.setAccessible(true);
            flags.setAccessible(true);
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            // A Netty that keeps them elsewhere: then its property decides.
            flags = null;
        }
        RING = ring;
        FEATURES = features;
        QUEUE = queue;
        FLAGS = flags;
    }

    private IdleAccounting() {}

    /**
     * Switches the flag on. On the loop's thread, once the ring is enabled.
     *
     * @return whether it was done
     */
    public static boolean correct(IoUringIoHandler handler) {
        if (FLAGS == null || SystemPropertyUtil.get(PROPERTY) != null) {
            return false;
        }
        try {
            Object ring = RING.get(handler);
            if (((int) FEATURES.invoke(ring) & FEAT_NO_IOWAIT) == 0) {
                return false;
            }
            Object queue = QUEUE.invoke(ring);
            FLAGS.setInt(queue, FLAGS.getInt(queue) | ENTER_NO_IOWAIT);
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
