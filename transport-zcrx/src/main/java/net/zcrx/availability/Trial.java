// SPDX-License-Identifier: Apache-2.0
package net.zcrx.availability;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoEvent;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import net.zcrx.memory.BufferPool;
import net.zcrx.uring.LoadFailure;
import net.zcrx.uring.LockedMemory;
import net.zcrx.uring.Native;
import net.zcrx.uring.ProbeRing;
import net.zcrx.uring.RingFd;
import net.zcrx.uring.RingRefusal;
import net.zcrx.uring.Uring;

/** Tries everything that the transport will use, each thing once, up to the first that does not work. */
public final class Trial {
    private Trial() {}

    /**
     * Returns why it does not work; {@code null} if all does.
     *
     * @param entries of a loop's submission queue; asked when the libraries are loaded
     * @param completions that its other queue takes; the same
     * @param channels make a channel of each kind
     * @throws LinkageError if classes are missing or do not fit
     */
    public static Throwable cause(IntSupplier entries, IntSupplier completions, List<Supplier<Channel>> channels) {
        String versions = NettyVersions.find().refusal();
        if (versions != null) {
            return new IllegalStateException(versions);
        }
        Throwable netty = IoUring.unavailabilityCause();
        Throwable failure = LoadFailure.ofNetty();
        if (failure != null) {
            return new IllegalStateException(
                    isLinkage(failure)
                            ? Availability.linkage((LinkageError) failure)
                            : LoadFailure.sentence("netty-transport-native-io_uring", failure),
                    failure);
        }
        failure = Native.loadFailure();
        if (failure != null) {
            return new IllegalStateException(LoadFailure.sentence("transport-zcrx-native", failure), failure);
        }
        RingRefusal refusal = ProbeRing.refusal(entries.getAsInt(), completions.getAsInt());
        if (refusal != null) {
            return new IllegalStateException(refusal.sentence(), netty);
        }
        if (netty != null) {
            return new IllegalStateException(
                    "io_uring of this kernel (" + System.getProperty("os.version") + ") cannot be used: "
                            + netty.getMessage() + ". Use Linux 6.1 or later.",
                    netty);
        }
        if (!IoUring.isRegisterBufferRingSupported() || !IoUring.isRecvMultishotEnabled()) {
            return new IllegalStateException(noProvidedBuffers());
        }
        Throwable closed = RingFd.failure();
        if (closed == null) {
            link(channels);
        }
        return closed;
    }

    /** Whether classes, and not a native library, are the cause. */
    private static boolean isLinkage(Throwable failure) {
        return failure instanceof LinkageError && !(failure instanceof UnsatisfiedLinkError);
    }

    /**
     * Calls what Netty's versions differ in, and makes a channel of each kind, which links all that they are made of.
     */
    private static void link(List<Supplier<Channel>> channels) {
        Uring.nop((short) 0);
        new IoUringIoEvent(0, 0, Uring.OP_NOP, 0L).userData();
        new BufferPool(token -> {}, () -> {});
        channels.forEach(Trial::make);
    }

    private static void make(Supplier<Channel> type) {
        try {
            // It is on no event loop.
            type.get().unsafe().closeForcibly();
        } catch (ChannelException e) {
            // No descriptor is left at this moment; the classes are linked all the same.
        }
    }

    /** The kernel's refusal to make the ring of buffers is not passed on, so this names both reasons it can have. */
    private static String noProvidedBuffers() {
        return "Multishot receive into provided buffers does not work here. It needs Linux 6.1 or later, and on some"
                + " kernels about 128 KiB of locked memory for each event loop; all processes of this user together may"
                + " lock " + LockedMemory.limit() + ". " + LockedMemory.remedy();
    }
}
