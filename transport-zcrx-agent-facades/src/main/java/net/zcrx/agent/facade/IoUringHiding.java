// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.facade;

/**
 * The answer that Netty's {@code IoUring} asks for before it says whether it is available: frameworks that prefer it to
 * epoll would not use zcrx as soon as its jar is there. Its own package and zcrx get the true answer.
 */
public final class IoUringHiding {
    private static final StackWalker STACK = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    private static final Throwable CAUSE =
            new UnsupportedOperationException("Netty's io_uring transport is hidden by the agent of zcrx, which serves"
                    + " those who choose epoll. To have it, start without the agent.");

    private IoUringHiding() {}

    /** Called by {@code IoUring.isAvailable} and {@code unavailabilityCause}: whether their caller hears no. */
    public static boolean hides() {
        String caller = STACK.walk(frames -> frames.skip(2)
                        .findFirst()
                        .map(frame -> frame.getDeclaringClass().getName()))
                .orElse("");
        return !caller.startsWith("io.netty.channel.uring.") && !caller.startsWith("net.zcrx.");
    }

    public static Throwable cause() {
        return CAUSE;
    }
}
