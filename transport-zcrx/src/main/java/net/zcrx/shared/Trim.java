// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Gives the memory of a connection back to the system when nothing was written for a while. On the channel's loop. */
final class Trim {
    private static final int CALM_SECONDS = 5;

    /** {@code null} while nothing is to be given back. */
    private Future<?> timer;

    private long written;

    /** The loop is about to sleep. */
    void beforeSleep(Link link, EventLoop eventLoop) {
        if (timer == null && link.isFat()) {
            written = link.written();
            timer = eventLoop.schedule(() -> lookAgain(link, eventLoop), CALM_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void lookAgain(Link link, EventLoop eventLoop) {
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
