package net.zcrx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.uring.IoUring;
import io.netty.util.internal.SystemPropertyUtil;
import net.zcrx.memory.ZcrxByteBuf;
import net.zcrx.nic.ZeroCopyCheck;
import net.zcrx.uring.Native;
import net.zcrx.uring.RingFd;

/** Whether this transport works here, and what its buffers are. All methods may be called on any thread. */
public final class Zcrx {
    private static final Throwable CAUSE = findCause();

    private Zcrx() {}

    /** Whether the transport works here, at least in {@link ZcrxMode#COPY}. */
    public static boolean isAvailable() {
        return CAUSE == null;
    }

    /** Why the transport does not work here, as a sentence that says what to do; {@code null} if it does. */
    public static Throwable unavailabilityCause() {
        return CAUSE;
    }

    /** @throws UnsatisfiedLinkError if the transport does not work here; its cause says why */
    public static void ensureAvailability() {
        if (CAUSE != null) {
            throw (Error) new UnsatisfiedLinkError("The zcrx transport is not available: " + CAUSE.getMessage())
                    .initCause(CAUSE);
        }
    }

    /**
     * Why a loop with an area of the default size could not receive by zero copy from this queue of a NIC, as far as can
     * be told without trying: kernel, capability, driver, header split, locked memory, a queue in use. Takes a moment:
     * not for an event loop's thread.
     *
     * @return a sentence with the command that mends it, or {@code null} if nothing is known to prevent zero copy
     */
    public static Throwable zeroCopyCause(String interfaceName, int queue) {
        return CAUSE != null ? CAUSE : ZeroCopyCheck.cause(interfaceName, queue, new ZcrxIoHandlerConfig().areaBytes());
    }

    /**
     * Whether the bytes of a received buffer lie where the NIC wrote them. False for buffers that the kernel or this
     * transport copied into, and for buffers of others. Slices and duplicates are what they were made from.
     */
    public static boolean isZeroCopy(ByteBuf buffer) {
        ZcrxByteBuf received = ZcrxByteBuf.of(buffer);
        return received != null && received.isZeroCopy();
    }

    private static Throwable findCause() {
        if (SystemPropertyUtil.getBoolean("io.netty.transport.noNative", false)) {
            return new UnsupportedOperationException(
                    "Native transports were switched off by -Dio.netty.transport.noNative=true. Remove it to use "
                            + "this one.");
        }
        try {
            return findCauseUnguarded();
        } catch (Throwable cause) {
            return new IllegalStateException("io_uring could not be tried: " + cause, cause);
        }
    }

    private static Throwable findCauseUnguarded() {
        Throwable cause = IoUring.unavailabilityCause();
        if (cause != null) {
            return new IllegalStateException(
                    "io_uring cannot be used: " + cause.getMessage() + ". It needs Linux 6.1 or later on x86_64 or "
                            + "aarch64 with netty-transport-native-io_uring on the class path, "
                            + "sysctl kernel.io_uring_disabled=0, and a container whose seccomp profile allows "
                            + "io_uring_setup, io_uring_enter and io_uring_register.",
                    cause);
        }
        cause = Native.loadFailure();
        if (cause != null) {
            return new IllegalStateException(
                    "The native library of zcrx could not be loaded: " + cause.getMessage()
                            + ". Put the jar transport-zcrx-native for this platform on the class path.",
                    cause);
        }
        if (!IoUring.isRegisterBufferRingSupported() || !IoUring.isRecvMultishotEnabled()) {
            return new IllegalStateException(noProvidedBuffers());
        }
        return RingFd.failure();
    }

    /** The kernel's refusal to make the ring of buffers is not passed on, so this names both reasons it can have. */
    private static String noProvidedBuffers() {
        long limit = Native.memoryLockLimit();
        return "Multishot receive into provided buffers does not work here. It needs Linux 6.1 or later, and on some "
                + "kernels about 128 KiB of locked memory for each event loop; RLIMIT_MEMLOCK is "
                + (limit == Long.MAX_VALUE ? "unlimited" : limit + " bytes, to be raised with: ulimit -l") + '.';
    }
}
