package net.zcrx;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import net.zcrx.receive.ZeroCopyReceiver;
import net.zcrx.uring.RingFd;

/**
 * The I/O of one event loop: Netty's own {@link IoUringIoHandler}, plus the memory that the loop's TCP connections
 * receive into. Every other channel of Netty's io_uring transport works on it as on that.
 *
 * <pre>{@code
 * EventLoopGroup group = new MultiThreadIoEventLoopGroup(ZcrxIoHandler.newFactory());
 * new ServerBootstrap().group(group).channel(ZcrxServerSocketChannel.class)...
 * }</pre>
 */
public final class ZcrxIoHandler implements IoHandler {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(ZcrxIoHandler.class);

    private final IoUringIoHandler uring;
    private final Reception reception;
    private final Loop loop;
    private final RingEnd ringEnd;
    private boolean prepared;
    /** From then on nobody needs to wake the loop up. */
    private volatile boolean destroyed;

    /**
     * @param thread as {@code uring} knows it
     * @param index the loop's number in its group
     * @param queues of the group
     */
    ZcrxIoHandler(
            IoUringIoHandler uring, LoopThread thread, ZcrxIoHandlerConfig config, int index, GroupQueues queues) {
        this.uring = uring;
        try {
            reception = Reception.open(uring, this::wakeup, config, index, KernelEvents.USER_DATA, queues);
        } catch (RuntimeException e) {
            // A ring can be closed only by the thread that enabled it.
            uring.initialize();
            uring.destroy();
            throw e;
        }
        ringEnd = new RingEnd(uring, thread);
        loop = new Loop(reception.receiver(), RingFd.of(uring), this::wakeup, queues);
        LOGGER.info(
                "Event loop {} receives in mode {}{}",
                index,
                reception.mode(),
                reception.reason().isEmpty() ? "" : ": " + reception.reason());
    }

    /** A factory with all settings at their defaults. */
    public static ZcrxIoHandlerFactory newFactory() {
        return newFactory(new ZcrxIoHandlerConfig());
    }

    /** @throws UnsatisfiedLinkError if the transport does not work here, see {@link Zcrx#unavailabilityCause()} */
    public static ZcrxIoHandlerFactory newFactory(ZcrxIoHandlerConfig config) {
        return new ZcrxIoHandlerFactory(config);
    }

    /** The loop's counters now; from any thread. */
    public ZcrxMetrics metrics() {
        return ZcrxMetrics.of(reception.mode(), reception.reason(), loop.receivers());
    }

    @Override
    public void initialize() {
        reception.receiver().start(Thread.currentThread());
        uring.initialize();
        if (reception.receiver() instanceof ZeroCopyReceiver) {
            KernelEvents.listen(uring, (ZeroCopyReceiver) reception.receiver());
        }
        ringEnd.register();
    }

    @Override
    public int run(IoHandlerContext context) {
        int handled = uring.run(loop.beginPass(context));
        loop.endPass();
        return handled;
    }

    @Override
    public void prepareToDestroy() {
        // A loop that ends calls this in each of its passes, but Netty's handler hears it once. Each time it writes to
        // its wakeup descriptor and queues a drain, and the read of that descriptor that it submits behind a drain is
        // left to a kernel thread: one more write, and that thread may fill memory that destroy() has freed.
        if (!prepared) {
            prepared = true;
            ringEnd.prepareToDestroy();
        }
        loop.endPass();
    }

    @Override
    public void destroy() {
        if (!destroyed) {
            destroyed = true;
            // Without a quiet period a loop may end before it was told to.
            prepareToDestroy();
            ringEnd.endRequests();
            uring.destroy();
            loop.close();
        }
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        if (handle instanceof ZcrxHandle) {
            ((ZcrxHandle) handle).attach(loop);
        }
        return uring.register(handle);
    }

    @Override
    public void wakeup() {
        if (!destroyed) {
            uring.wakeup();
        }
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return ZcrxHandle.class.isAssignableFrom(handleType) || uring.isCompatible(handleType);
    }
}
