// SPDX-License-Identifier: Apache-2.0
package net.zcrx.loop;

import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.RejectedExecutionHandler;
import java.util.Queue;
import java.util.concurrent.Executor;

/** An event loop with queues of the user, who also decides about tasks that they do not take. */
@SuppressWarnings("deprecation") // Netty makes no other class of queue factories.
public final class UserQueuesEventLoop extends SingleThreadIoEventLoop {
    public UserQueuesEventLoop(
            IoEventLoopGroup group,
            Executor executor,
            IoHandlerFactory factory,
            EventLoopTaskQueueFactory tasks,
            EventLoopTaskQueueFactory tailTasks,
            RejectedExecutionHandler rejection) {
        super(group, executor, factory, newQueue(tasks), newQueue(tailTasks), rejection);
    }

    private static Queue<Runnable> newQueue(EventLoopTaskQueueFactory factory) {
        return factory == null
                ? newTaskQueue0(DEFAULT_MAX_PENDING_TASKS)
                : factory.newTaskQueue(DEFAULT_MAX_PENDING_TASKS);
    }
}
