// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.netty.util.concurrent.ThreadAwareExecutor;

/** An event loop's thread, as Netty's handler sees it. */
public final class LoopThread implements ThreadAwareExecutor {
    private final ThreadAwareExecutor loop;
    /** Racy, but benign: it changes the answer for the loop's thread only, and that is the one that writes it. */
    private boolean hidden;

    public LoopThread(ThreadAwareExecutor loop) {
        this.loop = loop;
    }

    @Override
    public boolean isExecutorThread(Thread thread) {
        return !hidden && loop.isExecutorThread(thread);
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(task);
    }

    /** Runs {@code task} when the loop ends, and still takes tasks; called on the loop's thread. */
    public void atEnd(Runnable task) {
        if (loop instanceof SingleThreadEventExecutor executor) {
            executor.addShutdownHook(task);
        }
    }

    /** Wakes the loop up as another thread does; called on the loop's thread. */
    void wakeUp(IoUringIoHandler uring) {
        hidden = true;
        try {
            uring.wakeup();
        } finally {
            hidden = false;
        }
    }
}
