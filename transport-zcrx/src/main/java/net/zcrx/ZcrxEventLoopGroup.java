package net.zcrx;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

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

    /** {@code threads} loops with the settings of {@code config}. */
    public ZcrxEventLoopGroup(int threads, ZcrxIoHandlerConfig config) {
        this(threads, (ThreadFactory) null, ZcrxIoHandler.newFactory(config));
    }

    private ZcrxEventLoopGroup(int threads, ThreadFactory threadFactory, ZcrxIoHandlerFactory factory) {
        super(threads, threadFactory, factory);
        this.factory = factory;
    }

    private ZcrxEventLoopGroup(int threads, Executor executor, ZcrxIoHandlerFactory factory) {
        super(threads, executor, factory);
        this.factory = factory;
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
