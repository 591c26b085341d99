// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.uring.IoUringIoHandler;
import java.lang.reflect.Field;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Netty's mark that a loop is being woken up. {@link IoUringIoHandler#destroy()} waits without a limit until a marked
 * wakeup has been read, and where the ring stands still behind a drain it never is.
 */
public final class WakeupMark {
    private static final Field MARK = field();

    private WakeupMark() {}

    private static Field field() {
        try {
            Field field = IoUringIoHandler.class.getDeclaredField("eventfdAsyncNotify");
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            // Another version of Netty, or a closed module. The case that the mark is about is rare, and then the loop
            // waits.
            return null;
        }
    }

    /** Clears the mark. On the loop's thread, when nobody wakes the loop up any more. */
    public static void clear(IoUringIoHandler handler) {
        try {
            if (MARK != null) {
                ((AtomicBoolean) MARK.get(handler)).set(false);
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("It was made accessible.", e);
        }
    }
}
