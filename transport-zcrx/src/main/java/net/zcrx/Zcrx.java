// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.buffer.ByteBuf;
import java.util.List;
import net.zcrx.availability.Availability;
import net.zcrx.availability.Flags;
import net.zcrx.availability.Trial;
import net.zcrx.memory.ZcrxByteBuf;
import net.zcrx.nic.check.ZeroCopyCheck;

/** Whether this transport works here, and what its buffers are. All methods may be called on any thread. */
public final class Zcrx {
    private static final Throwable CAUSE = Availability.cause(Zcrx::tryOnce);

    private Zcrx() {}

    /** @throws Flags.WrongValueException if the JVM was started with a flag that is wrong */
    private static Throwable tryOnce() {
        ZcrxIoHandlerConfig defaults = new ZcrxIoHandlerConfig();
        // A wrong flag is told before anything is tried, and nobody who asks for availability first meets it later.
        defaults.mode();
        defaults.areaBytes();
        return Trial.cause(
                () -> ZcrxIoHandlerFactory.ringSize(defaults).entries(),
                () -> ZcrxIoHandlerFactory.ringSize(defaults).completions(),
                List.of(ZcrxSocketChannel::new, ZcrxServerSocketChannel::new));
    }

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
     * @return a sentence with the command that fixes it, or {@code null} if nothing is known to prevent zero copy
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
}
