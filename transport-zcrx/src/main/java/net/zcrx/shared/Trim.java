// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Gives memory of a connection back to the system when nothing was written for a while. Used on the channel's loop. */
final class Trim {
    private static final int UNUSED_SECONDS = 5;

    /** {@code null} while there is nothing to give back. */
    private Future<?> timer;
    /** The bytes that the connection had written when the timer began. */
    private long written;

    /** Called when the loop is about to sleep. */
    void beforeSleep(Link link, EventLoop eventLoop) {
        if (timer == null && link.canTrim()) {
            written = link.written();
            timer = eventLoop.schedule(() -> trimIfUnused(link, eventLoop), UNUSED_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void trimIfUnused(Link link, EventLoop eventLoop) {
        timer = null;
        if (link.written() == written) {
            link.trim();
        } else {
            beforeSleep(link, eventLoop);
        }
    }

    void cancel() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
