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
    private RingFd() {}

    /**
     * Returns the ring's descriptor; it stays the handler's.
     *
     * @throws IllegalStateException if this Netty keeps it elsewhere, or its module is not open to this one
     */
    public static int of(IoUringIoHandler handler) {
        try {
            Field ringBuffer = IoUringIoHandler.class.getDeclaredField("ringBuffer");
            ringBuffer.setAccessible(true);
            Object ring = ringBuffer.get(handler);
            Method fd = ring.getClass().getDeclaredMethod("fd");
            fd.setAccessible(true);
            return (int) fd.invoke(ring);
        } catch (InaccessibleObjectException e) {
            throw new IllegalStateException(
                    "The ring of IoUringIoHandler is closed to reflection. Start Java with --add-opens "
                            + moduleName(IoUringIoHandler.class) + "/"
                            + IoUringIoHandler.class.getPackageName() + "=" + moduleName(RingFd.class),
                    e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "IoUringIoHandler of this Netty version keeps its ring's descriptor elsewhere than expected "
                            + "(ringBuffer.fd()). Use a Netty version that this transport was tested with, see its "
                            + "README.",
                    e);
        }
    }

    private static String moduleName(Class<?> type) {
        return type.getModule().isNamed() ? type.getModule().getName() : "ALL-UNNAMED";
    }
}
