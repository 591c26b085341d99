// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.AutoScalingEventExecutorChooserFactory;
import io.netty.util.concurrent.DefaultEventExecutorChooserFactory;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.RejectedExecutionHandler;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import net.zcrx.loop.UserQueuesEventLoop;
import net.zcrx.uring.LockedMemory;

/**
 * Event loops on {@link ZcrxIoHandler}s, for applications that now write {@code new EpollEventLoopGroup(...)}. Others
 * use {@link MultiThreadIoEventLoopGroup} with {@link ZcrxIoHandler#newFactory()}.
 *
 * <p>Where a number of threads is asked for, 0 means Netty's default: twice the number of processors. If the limit of
 * locked memory allows fewer, the group has those that fit, and says so in one line of the log, at WARN. Then
 * {@link #executorCount()} is still that default, as some loops are counted more than once; {@link #iterator()} has
 * each once.
 */
@SuppressWarnings("deprecation") // Netty makes no other class of queue factories.
public class ZcrxEventLoopGroup extends MultiThreadIoEventLoopGroup {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(ZcrxEventLoopGroup.class);

    private final ZcrxIoHandlerFactory factory;
    /** The loops; not initialised here, because the constructor of the superclass makes them. */
    private List<IoEventLoop> made;

    private boolean isFull;
    private int taken;

    /** Creates as many loops as Netty's default. */
    public ZcrxEventLoopGroup() {
        this(0);
    }

    /** Creates {@code threads} loops. */
    public ZcrxEventLoopGroup(int threads) {
        this(threads, (ThreadFactory) null);
    }

    /** Creates as many loops as Netty's default, on threads of the factory. */
    public ZcrxEventLoopGroup(ThreadFactory threadFactory) {
        this(0, threadFactory);
    }

    /** Creates {@code threads} loops on threads of the factory. */
    public ZcrxEventLoopGroup(int threads, ThreadFactory threadFactory) {
        this(threads, threadFactory, new ZcrxIoHandlerConfig());
    }

    /** Creates {@code threads} loops on threads of the executor. */
    public ZcrxEventLoopGroup(int threads, Executor executor) {
        this(threads, executor, new ZcrxIoHandlerConfig());
    }

    /** Creates {@code threads} loops with the settings of {@code config}. */
    public ZcrxEventLoopGroup(int threads, ZcrxIoHandlerConfig config) {
        this(threads, (ThreadFactory) null, config);
    }

    /** Creates {@code threads} loops on threads of the factory, with the settings of {@code config}. */
    public ZcrxEventLoopGroup(int threads, ThreadFactory threadFactory, ZcrxIoHandlerConfig config) {
        this(threads, threadFactory == null ? null : new ThreadPerTaskExecutor(threadFactory), config);
    }

    /** Creates {@code threads} loops on threads of the executor, with the settings of {@code config}. */
    public ZcrxEventLoopGroup(int threads, Executor executor, ZcrxIoHandlerConfig config) {
        this(threads, executor, DefaultEventExecutorChooserFactory.INSTANCE, config);
    }

    /** Creates the same, with {@code chooserFactory} to tell which loop is {@link #next}. */
    public ZcrxEventLoopGroup(
            int threads, Executor executor, EventExecutorChooserFactory chooserFactory, ZcrxIoHandlerConfig config) {
        this(threads, executor, chooserFactory, RejectedExecutionHandlers.reject(), config);
    }

    /** Creates the same, with {@code rejectedExecutionHandler} for tasks that a loop does not take. */
    public ZcrxEventLoopGroup(
            int threads,
            Executor executor,
            EventExecutorChooserFactory chooserFactory,
            RejectedExecutionHandler rejectedExecutionHandler,
            ZcrxIoHandlerConfig config) {
        this(threads, executor, chooserFactory, rejectedExecutionHandler, null, null, config);
    }

    /**
     * Creates a group with everything that can be chosen. A {@code null} stands for Netty's default; {@code config}
     * must not be {@code null}.
     *
     * @param threads how many loops; 0 is Netty's default, or fewer where the limit of locked memory allows no more
     * @param executor starts one task for each loop, which lasts as long as the loop
     * @param chooserFactory makes the chooser of the loop that {@link #next} returns
     * @param rejectedExecutionHandler is called for tasks that a loop does not take
     * @param taskQueueFactory makes a loop's queue of tasks
     * @param tailTaskQueueFactory makes its queue of tasks that run after each of its passes
     * @param config the loops' settings
     * @throws IllegalArgumentException if there are more interface queues than loops, or if the chooser would suspend
     *     loops ({@link AutoScalingEventExecutorChooserFactory}): a ring belongs to one thread for good
     */
    public ZcrxEventLoopGroup(
            int threads,
            Executor executor,
            EventExecutorChooserFactory chooserFactory,
            RejectedExecutionHandler rejectedExecutionHandler,
            EventLoopTaskQueueFactory taskQueueFactory,
            EventLoopTaskQueueFactory tailTaskQueueFactory,
            ZcrxIoHandlerConfig config) {
        this(
                threads,
                executor,
                new ZcrxIoHandlerFactory(config, threads),
                checked(chooserFactory),
                rejectedExecutionHandler == null ? RejectedExecutionHandlers.reject() : rejectedExecutionHandler,
                taskQueueFactory,
                tailTaskQueueFactory);
    }

    private ZcrxEventLoopGroup(
            int threads,
            Executor executor,
            ZcrxIoHandlerFactory factory,
            EventExecutorChooserFactory chooserFactory,
            RejectedExecutionHandler rejectedExecutionHandler,
            EventLoopTaskQueueFactory taskQueueFactory,
            EventLoopTaskQueueFactory tailTaskQueueFactory) {
        super(
                threads,
                executor,
                factory,
                chooserFactory,
                rejectedExecutionHandler,
                taskQueueFactory,
                tailTaskQueueFactory);
        this.factory = factory;
        requireALoopForEachQueue();
    }

    private static EventExecutorChooserFactory checked(EventExecutorChooserFactory chooserFactory) {
        if (chooserFactory instanceof AutoScalingEventExecutorChooserFactory) {
            throw new IllegalArgumentException("AutoScalingEventExecutorChooserFactory would do nothing here, as event"
                    + " loops on io_uring cannot be suspended: a ring belongs to one thread for good. Choose the number"
                    + " of loops, and no such chooser.");
        }
        return chooserFactory == null ? DefaultEventExecutorChooserFactory.INSTANCE : chooserFactory;
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory ioHandlerFactory, Object... args) {
        if (made == null) {
            made = new ArrayList<>();
        }
        IoEventLoop loop = isFull ? null : newLoop(executor, (ZcrxIoHandlerFactory) ioHandlerFactory, args);
        if (loop == null) {
            // Netty wants one for each number, and takes one that it has already.
            loop = made.get(taken++ % made.size());
        } else {
            made.add(loop);
        }
        return loop;
    }

    /** Returns {@code null} if no more loops fit, and nobody asked for a number of loops. */
    private IoEventLoop newLoop(Executor executor, ZcrxIoHandlerFactory handlers, Object... args) {
        try {
            return new UserQueuesEventLoop(
                    this,
                    executor,
                    handlers,
                    (EventLoopTaskQueueFactory) args[1],
                    (EventLoopTaskQueueFactory) args[2],
                    (RejectedExecutionHandler) args[0]);
        } catch (LockedMemory.ExhaustedException e) {
            if (made.size() < Math.max(1, handlers.queueCount()) || handlers.isNumberAsked()) {
                throw e;
            }
            isFull = true;
            LOGGER.warn("The group goes on with the {} event loops that it has. {}", made.size(), e.getMessage());
            return null;
        }
    }

    /**
     * This method does nothing: there is no such ratio.
     *
     * @deprecated as it does nothing; it is here because {@code EpollEventLoopGroup} has it
     */
    @Deprecated
    public void setIoRatio(int ioRatio) {}

    private void requireALoopForEachQueue() {
        int queues = factory.queueCount();
        int loops = executorCount();
        if (queues > loops) {
            // Only now, as Netty decides how many loops there are by default.
            shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
            throw new IllegalArgumentException(queues + " interface queues are configured but the group has only "
                    + loops + (loops == 1 ? " event loop" : " event loops")
                    + ", each of which binds one. Name fewer queues, or ask for more loops.");
        }
    }

    /** Returns the factory of the loops' handlers, which {@link ZcrxChannelOption#FLOW_STEERING} takes. */
    public ZcrxIoHandlerFactory ioHandlerFactory() {
        return factory;
    }

    /** The counters of each loop, and of those that have ended: see {@link ZcrxIoHandlerFactory#metrics}. */
    public List<ZcrxMetrics> metrics() {
        return factory.metrics();
    }
}
