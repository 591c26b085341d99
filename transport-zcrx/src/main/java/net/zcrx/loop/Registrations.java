// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;

/** The registrations of a loop itself, beside those of its channels. */
final class Registrations {
    private Registrations() {}

    /**
     * Registers a handle on the loop's thread, when it begins: Netty's handler refuses a registration only when it
     * shuts down.
     */
    static IoRegistration register(IoUringIoHandler uring, IoUringIoHandle handle) {
        try {
            return uring.register(handle);
        } catch (Exception e) {
            throw new IllegalStateException("The event loop refuses registrations though it just began.", e);
        }
    }
}
