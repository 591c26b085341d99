// SPDX-License-Identifier: Apache-2.0
package net.zcrx.file;

import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.AbstractEventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs the listeners of a loop's files: on the event loop, and on a thread of Netty's where that has ended or takes no
 * more tasks. None is lost, whenever it comes.
 */
final class Listeners extends AbstractEventExecutor {
    private final IoEventLoop eventLoop;
    private final Inbox<Runnable> inbox;

    Listeners(IoEventLoop eventLoop) {
        this.eventLoop = eventLoop;
        inbox = new Inbox<>(eventLoop) {
            @Override
            void taken(Runnable task) {
                task.run();
            }

            @Override
            void ended(Runnable task) {
                GlobalEventExecutor.INSTANCE.execute(task);
            }

            @Override
            void refused(Runnable task) {
                ended(task);
            }
        };
    }

    @Override
    public void execute(Runnable task) {
        inbox.put(task);
    }

    /** The loop takes no more tasks; on any thread, and more than once. */
    void end() {
        inbox.end();
    }

    @Override
    public boolean inEventLoop(Thread thread) {
        return eventLoop.inEventLoop(thread);
    }

    @Override
    public boolean isShuttingDown() {
        return eventLoop.isShuttingDown();
    }

    @Override
    public boolean isShutdown() {
        return eventLoop.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return eventLoop.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return eventLoop.awaitTermination(timeout, unit);
    }

    @Override
    public Future<?> terminationFuture() {
        return eventLoop.terminationFuture();
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        return eventLoop.shutdownGracefully(quietPeriod, timeout, unit);
    }

    @Override
    @Deprecated
    public void shutdown() {
        eventLoop.shutdown();
    }
}
