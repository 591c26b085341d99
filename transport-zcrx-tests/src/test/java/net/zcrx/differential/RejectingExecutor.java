// SPDX-License-Identifier: Apache-2.0
package net.zcrx.differential;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.util.concurrent.RejectedExecutionException;

/** An executor of a handler's that can be told to take no more tasks, as a bounded one that is full. */
final class RejectingExecutor extends SingleThreadEventExecutor {
    private volatile boolean full;

    RejectingExecutor() {
        super(null, new DefaultThreadFactory(RejectingExecutor.class), true);
    }

    void setFull(boolean full) {
        this.full = full;
    }

    @Override
    public void execute(Runnable task) {
        if (full) {
            throw new RejectedExecutionException("full");
        }
        super.execute(task);
    }

    @Override
    protected void run() {
        while (!confirmShutdown()) {
            Runnable task = takeTask();
            if (task != null) {
                task.run();
                updateLastExecutionTime();
            }
        }
    }
}
