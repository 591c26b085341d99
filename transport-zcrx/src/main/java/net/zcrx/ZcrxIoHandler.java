// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import net.zcrx.event.FlightRecorder;
import net.zcrx.loop.KernelEvents;
import net.zcrx.loop.Loop;
import net.zcrx.loop.LoopHandle;
import net.zcrx.loop.LoopThread;
import net.zcrx.loop.NoWait;
import net.zcrx.loop.RingEnd;
import net.zcrx.loop.SleepTimer;
import net.zcrx.receive.Counters.Counter;
import net.zcrx.receive.GroupQueues;
import net.zcrx.receive.Receiver;
import net.zcrx.receive.ZeroCopyReceiver;
import net.zcrx.uring.IdleAccounting;
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

    /** Pause after a failed pass, as Netty's own handlers make it. */
    private static final long PAUSE_AFTER_FAILURE_MILLIS = 100;

    /**
     * The kernel ends cancelled requests in one pass or two; a request that one of its threads works on takes longer.
     */
    private static final int MAX_CLOSING_PASSES = 100;

    /** The loop keeps its factory alive: the readers of the group's counters keep neither. */
    private final ZcrxIoHandlerFactory factory;

    private final int index;
    private final LoopThread thread;
    private final IoUringIoHandler uring;
    private final ReceiverChoice reception;
    private final Loop loop;
    private final SleepTimer timer = new SleepTimer();
    private final RingEnd ringEnd;
    private boolean prepared;
    /** Whether the loop has ended, so that nobody needs to wake it up. */
    private volatile boolean destroyed;

    private volatile boolean ended;

    /**
     * @param factory of the group
     * @param thread as {@code uring} knows it
     * @param index the loop's number in its group
     * @param copyBytes of the loop's area if it receives by copy
     */
    ZcrxIoHandler(
            ZcrxIoHandlerFactory factory,
            LoopThread thread,
            IoUringIoHandler uring,
            ZcrxIoHandlerConfig config,
            int index,
            long copyBytes) {
        this.factory = factory;
        this.index = index;
        this.thread = thread;
        this.uring = uring;
        GroupQueues queues = factory.queues();
        try {
            reception = ReceiverChoice.open(
                    uring, this::wakeUpAlways, config, index, KernelEvents.USER_DATA, queues, copyBytes);
        } catch (RuntimeException | Error e) {
            // A ring can be closed only by the thread that enabled it.
            uring.initialize();
            uring.destroy();
            throw e;
        }
        ringEnd = new RingEnd(uring, thread);
        loop = new Loop(reception.receiver(), RingFd.of(uring), this::wakeUpAlways, queues, timer);
    }

    /** A factory with all settings at their defaults. */
    public static ZcrxIoHandlerFactory newFactory() {
        return newFactory(new ZcrxIoHandlerConfig());
    }

    /** @throws UnsatisfiedLinkError if the transport does not work here, see {@link Zcrx#unavailabilityCause()} */
    public static ZcrxIoHandlerFactory newFactory(ZcrxIoHandlerConfig config) {
        return new ZcrxIoHandlerFactory(config, 0);
    }

    ZcrxMode mode() {
        return reception.mode();
    }

    /** Why the mode is not a better one; empty if it is the best. */
    String modeReason() {
        return reception.reason();
    }

    /** The loop's counters now; from any thread. */
    public ZcrxMetrics metrics() {
        return ZcrxMetrics.of(reception.mode(), reception.reason(), ended, this::count);
    }

    long count(Counter counter) {
        long sum = 0;
        for (Receiver receiver : loop.receivers()) {
            sum += receiver.counters().get(counter);
        }
        return sum;
    }

    /** Whether the loop has ended and all that it received was released: no count changes any more. */
    boolean isAtRest() {
        return ended && count(Counter.HELD_BUFFERS) == 0;
    }

    @Override
    public void initialize() {
        reception.receiver().start(Thread.currentThread());
        uring.initialize();
        IdleAccounting.correct(uring);
        if (reception.receiver() instanceof ZeroCopyReceiver receiver) {
            KernelEvents.listen(uring, receiver);
        }
        ringEnd.register();
        timer.register(uring);
        // A loop that is shut down without a quiet period, or that an error has ended, may take no task any more when
        // it calls destroy(). Then the channels could not tell that they are closed.
        thread.atEnd(this::prepareToDestroy);
        FlightRecorder.loopStarts(index, reception.mode().name(), reception.reason());
    }

    @Override
    public int run(IoHandlerContext context) {
        int handled = 0;
        IoHandlerContext pass = loop.beginPass(context);
        try {
            handled = uring.run(pass);
        } catch (RuntimeException e) {
            LOGGER.warn("The kernel refused what the event loop asked of it. The loop goes on and tries again.", e);
            pause();
        }
        loop.endPass();
        return handled;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void prepareToDestroy() {
        // A loop that ends calls this in each of its passes, but Netty's handler hears it once. Each time it writes to
        // its wakeup descriptor and queues a drain, and the read of that descriptor that it submits behind a drain is
        // left to a kernel thread: one more write, and that thread may fill memory that destroy() has freed.
        if (!prepared) {
            prepared = true;
            ringEnd.prepareToDestroy();
            // The loop may end with this pass, and its channels shall be closed while it still takes the tasks that
            // tell their users so.
            for (int i = 0; i < MAX_CLOSING_PASSES && loop.isClosing(); i++) {
                run(NoWait.INSTANCE);
            }
        }
        loop.endPass();
    }

    @Override
    public void destroy() {
        if (!destroyed) {
            destroyed = true;
            try {
                // Without a quiet period a loop may end before it was asked to.
                prepareToDestroy();
                ringEnd.endRequests();
                uring.destroy();
            } finally {
                loop.close();
                timer.free();
                ended = true;
            }
        }
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        IoRegistration registration = uring.register(handle);
        if (handle instanceof LoopHandle ours) {
            ours.attach(loop);
        }
        return registration;
    }

    /** Wakes the loop for a task, which the loop finds by itself unless it sleeps. */
    @Override
    public void wakeup() {
        if (loop.isAsleep()) {
            wakeUpAlways();
        }
    }

    private void wakeUpAlways() {
        if (!destroyed) {
            uring.wakeup();
        }
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return LoopHandle.class.isAssignableFrom(handleType) || uring.isCompatible(handleType);
    }
}
