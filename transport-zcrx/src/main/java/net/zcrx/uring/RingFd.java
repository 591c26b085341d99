// SPDX-License-Identifier: Apache-2.0
package net.zcrx.uring;

import io.netty.channel.uring.IoUringIoHandler;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;

/**
 * The one private thing of Netty that this transport takes: the file descriptor of an {@link IoUringIoHandler}'s
 * ring, which every registration with the kernel names.
 */
public final class RingFd {
    private static Field ringBuffer;
    private static Method fd;
    private static final IllegalStateException FAILURE = open();

    private RingFd() {}

    private static IllegalStateException open() {
        try {
            ringBuffer = IoUringIoHandler.class.getDeclaredField("ringBuffer");
            ringBuffer.setAccessible(true);
            fd = ringBuffer.getType().getDeclaredMethod("fd");
            fd.setAccessible(true);
            return null;
        } catch (InaccessibleObjectException e) {
            return new IllegalStateException(
                    "The ring of IoUringIoHandler is closed to reflection. Start Java with --add-opens "
                            + moduleName(IoUringIoHandler.class) + "/"
                            + IoUringIoHandler.class.getPackageName() + "=" + moduleName(RingFd.class),
                    e);
        } catch (ReflectiveOperationException e) {
            return keptElsewhere(e);
        }
    }

    /**
     * Why the descriptor of a ring is not available, as a sentence that says what to do: this Netty keeps it elsewhere,
     * or its module is not open to this one. {@code null} if it is available.
     */
    public static IllegalStateException failure() {
        return FAILURE;
    }

    /**
     * Returns the ring's descriptor, which the handler still owns.
     *
     * @throws IllegalStateException if there is a {@link #failure()}
     */
    public static int of(IoUringIoHandler handler) {
        if (FAILURE != null) {
            throw new IllegalStateException(FAILURE.getMessage(), FAILURE);
        }
        try {
            return (int) fd.invoke(ringBuffer.get(handler));
        } catch (ReflectiveOperationException e) {
            throw keptElsewhere(e);
        }
    }

    private static IllegalStateException keptElsewhere(ReflectiveOperationException e) {
        return new IllegalStateException(
                "IoUringIoHandler of this Netty version keeps its ring's descriptor elsewhere than expected "
                        + "(ringBuffer.fd()). Use a Netty version that this transport was tested with, see its README.",
                e);
    }

    private static String moduleName(Class<?> type) {
        return type.getModule().isNamed() ? type.getModule().getName() : "ALL-UNNAMED";
    }
}
