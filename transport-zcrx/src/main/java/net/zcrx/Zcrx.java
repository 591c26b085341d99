// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import java.util.List;
import net.zcrx.availability.Availability;
import net.zcrx.availability.Flags;
import net.zcrx.availability.Trial;
import net.zcrx.bootstrap.LateBootstrap;
import net.zcrx.memory.ZcrxByteBuf;
import net.zcrx.nic.check.ZeroCopyCheck;

/** Whether this transport works here, and what its buffers are. All methods may be called on any thread. */
public final class Zcrx {
    private static final Throwable CAUSE = Availability.cause(Zcrx::tryOnce);

    private Zcrx() {}

    /** @throws Flags.WrongValueException if the JVM was started with a flag that is wrong */
    private static Throwable tryOnce() {
        ZcrxIoHandlerConfig defaults = new ZcrxIoHandlerConfig();
        // A wrong flag is reported before anything is tried, so an application that asks for availability first does
        // not meet it later.
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
     * Why a loop with an area of the default size could not receive by zero copy from this queue of a NIC, as far as is
     * known without trying: kernel, capability, driver, header split, locked memory, the area's size, a queue in use.
     * Takes a moment: not for an event loop's thread.
     *
     * @return a sentence with the command that fixes it, or {@code null} if nothing is known to prevent zero copy
     */
    public static Throwable zeroCopyCause(String interfaceName, int queue) {
        return CAUSE != null
                ? CAUSE
                : ZeroCopyCheck.cause(interfaceName, queue, new ZcrxIoHandlerConfig().queueAreaBytes());
    }

    /**
     * Whether the bytes of a received buffer lie where the NIC wrote them. False for buffers that the kernel or this
     * transport copied into, and for buffers of others. Slices and duplicates answer as the buffer that they were made
     * from.
     */
    public static boolean isZeroCopy(ByteBuf buffer) {
        ZcrxByteBuf received = ZcrxByteBuf.of(buffer);
        return received != null && received.isZeroCopy();
    }

    /**
     * Moves a client's bootstrap to this transport although a framework has set its group and channel already, which
     * Netty refuses to set twice. For frameworks that choose both by themselves and then hand the bootstrap to a hook,
     * as Lettuce ({@code NettyCustomizer}) and Redisson ({@code NettyHook}) do. Options, handler, resolver and
     * addresses stay. A bootstrap for unix domain sockets gets those of Netty's io_uring transport.
     *
     * <p>The caller still has to shut down the group; the framework still has to shut down the group that the bootstrap
     * had. A resolver that opens datagram channels of another transport cannot do so on these event loops: give the
     * framework one with {@code IoUringDatagramChannel}.
     *
     * @param group a {@link ZcrxEventLoopGroup}, or another group on {@link ZcrxIoHandler}s
     * @throws IllegalArgumentException if the group is of another transport, or if the bootstrap makes other channels
     *     than connections; the bootstrap is as before
     * @throws IllegalStateException if this Netty keeps its settings elsewhere, or its module is not open to this one;
     *     the message says what to do
     */
    public static void replaceTransport(Bootstrap bootstrap, EventLoopGroup group) {
        if (group instanceof IoEventLoopGroup loops && !loops.isIoType(ZcrxIoHandler.class)) {
            throw new IllegalArgumentException("The event loops of " + group
                    + " are of another transport. Give a ZcrxEventLoopGroup, or a group with"
                    + " ZcrxIoHandler.newFactory().");
        }
        new LateBootstrap(bootstrap).replace(group, ZcrxSocketChannel::new);
    }
}
