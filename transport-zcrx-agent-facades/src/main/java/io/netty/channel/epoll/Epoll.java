// SPDX-License-Identifier: Apache-2.0
package io.netty.channel.epoll;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import net.zcrx.Zcrx;
import net.zcrx.agent.facade.Console;

/**
 * Says that epoll is available where zcrx is, and where epoll is for channels other than TCP. The agent looks before it
 * hands this out, so an application gets a no only where its own answer would have been no, or where something that the
 * agent cannot see stands in the way.
 */
public final class Epoll {
    private static final Throwable CAUSE = cause();

    private Epoll() {}

    private static Throwable cause() {
        Throwable zcrx = Zcrx.unavailabilityCause();
        if (zcrx != null) {
            Console.warn("zcrx is not available after all, and epoll says so in its place: " + zcrx.getMessage()
                    + " The application runs on NIO, or as it does where epoll is missing.");
            return zcrx;
        }
        try {
            close(Native.newEpollCreate());
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    private static void close(FileDescriptor descriptor) throws IOException {
        descriptor.close();
    }

    public static boolean isAvailable() {
        return CAUSE == null;
    }

    public static Throwable unavailabilityCause() {
        return CAUSE;
    }

    public static void ensureAvailability() {
        if (CAUSE != null) {
            throw (Error) new UnsatisfiedLinkError("zcrx is not available: " + CAUSE.getMessage()).initCause(CAUSE);
        }
    }

    public static boolean isTcpFastOpenClientSideAvailable() {
        return isAvailable() && Native.IS_SUPPORTING_TCP_FASTOPEN_CLIENT;
    }

    public static boolean isTcpFastOpenServerSideAvailable() {
        return isAvailable() && Native.IS_SUPPORTING_TCP_FASTOPEN_SERVER;
    }
}
