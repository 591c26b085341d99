package net.zcrx;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Event loops on {@link ZcrxIoHandler}s, for applications that now write {@code new EpollEventLoopGroup(...)}. Others
 * use {@link MultiThreadIoEventLoopGroup} with {@link ZcrxIoHandler#newFactory()}.
 *
 * <p>Where a number of threads is asked for, 0 means Netty's default: twice the number of processors.
 */
public class ZcrxEventLoopGroup extends MultiThreadIoEventLoopGroup {
    private final ZcrxIoHandlerFactory factory;

    /** As many loops as Netty's default. */
    public ZcrxEventLoopGroup() {
        this(0);
    }

    /** {@code threads} loops. */
    public ZcrxEventLoopGroup(int threads) {
        this(threads, (ThreadFactory) null);
    }

    /** As many loops as Netty's default, on threads of the factory. */
    public ZcrxEventLoopGroup(ThreadFactory threadFactory) {
        this(0, threadFactory);
    }

    /** {@code threads} loops on threads of the factory. */
    public ZcrxEventLoopGroup(int threads, ThreadFactory threadFactory) {
        this(threads, threadFactory, ZcrxIoHandler.newFactory());
    }

    /** {@code threads} loops on threads of the executor. */
    public ZcrxEventLoopGroup(int threads, Executor executor) {
        this(threads, executor, ZcrxIoHandler.newFactory());
    }

    /**
     * {@code threads} loops with the settings of {@code config}.
     *
     * @throws IllegalArgumentException if there are more interface queues than loops
     */
    public ZcrxEventLoopGroup(int threads, ZcrxIoHandlerConfig config) {
        this(threads, (ThreadFactory) null, ZcrxIoHandler.newFactory(config));
    }

    private ZcrxEventLoopGroup(int threads, ThreadFactory threadFactory, ZcrxIoHandlerFactory factory) {
        super(threads, threadFactory, factory);
        this.factory = factory;
        requireALoopForEachQueue();
    }

    private ZcrxEventLoopGroup(int threads, Executor executor, ZcrxIoHandlerFactory factory) {
        super(threads, executor, factory);
        this.factory = factory;
        requireALoopForEachQueue();
    }

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

    /** What made the loops' handlers, which {@link ZcrxChannelOption#FLOW_STEERING} takes. */
    public ZcrxIoHandlerFactory ioHandlerFactory() {
        return factory;
    }

    /** The counters of each loop. */
    public List<ZcrxMetrics> metrics() {
        return factory.metrics();
    }
}
