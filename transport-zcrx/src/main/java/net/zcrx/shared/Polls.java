// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.Future;
import java.util.function.Consumer;
import net.zcrx.loop.AbstractLoopHandle;
import net.zcrx.loop.Loop;
import net.zcrx.loop.LoopHandle;
import net.zcrx.receive.Counters;
import net.zcrx.uring.Errno;
import net.zcrx.uring.ProbeRing;
import net.zcrx.uring.Uring;

/**
 * The registration of something with one event loop, which watches a Unix socket for it. It is made for one loop: for
 * the next one there is another, while this one ends by itself. All methods are called on the loop's thread.
 */
final class Polls extends AbstractLoopHandle implements IoUringIoHandle {
    /** What the polls tell. */
    interface Owner {
        /** Something has come, or the other side has gone: {@code ended} if it has. */
        void polled(boolean ended);

        /** The futex was woken, perhaps before it was waited for. */
        default void woken() {}

        /** A pass of the loop ends in which {@link Polls#ready()} was called. */
        default void endPass() {}

        /** See {@link LoopHandle#hasNews()}. */
        default boolean hasNews() {
            return false;
        }

        /** See {@link LoopHandle#maySleep()}. */
        default boolean maySleep() {
            return true;
        }

        /** The loop is about to end, or has ended: whatever is open is to be closed. Perhaps called twice. */
        void loopEnds();

        /** What was done for it has failed. */
        void fail(Throwable cause);
    }

    private Owner owner;
    private final int fd;
    private IoRegistration registration;
    private Loop loop;
    private boolean wakeful;
    private boolean left;
    private long input;
    private long end;
    /** The request that waits for a futex; 0 if none does. */
    private long futex;
    /** What is submitted for that each time; made when it is first needed. */
    private IoUringIoOps futexWait;

    Polls(Owner owner, int fd) {
        this.owner = owner;
        this.fd = fd;
    }

    static boolean isCompatible(EventLoop eventLoop) {
        return eventLoop instanceof IoEventLoop && ((IoEventLoop) eventLoop).isCompatible(LoopHandle.class);
    }

    /** Registers with the loop; {@code registered} is told of the outcome, on the loop's thread. */
    void register(EventLoop eventLoop, Consumer<Future<?>> registered) {
        ((IoEventLoop) eventLoop).register(this).addListener((Future<IoRegistration> future) -> {
            if (future.isSuccess()) {
                registration = future.getNow();
                if (left) {
                    // It left while the loop took it.
                    registration.cancel();
                }
            }
            registered.accept(future);
        });
    }

    /** Begins to watch the socket, and goes on until it leaves. */
    void watch() {
        if (left) {
            return;
        }
        input = submit(Uring.POLLIN);
        end = submit(Uring.POLLRDHUP);
    }

    private long submit(int mask) {
        long id = registration.submit(mask == Uring.POLLIN ? Uring.pollAll(fd, mask) : Uring.poll(fd, mask));
        if (id != 0) {
            loop.submitted();
        }
        return id;
    }

    /** Whether loops of this kernel can wait for a futex, which is cheaper to wake than a socket. */
    static boolean canAwaitFutex() {
        return FutexWait.SUPPORTED;
    }

    /** Asked once, when it is first needed. */
    private static final class FutexWait {
        static final boolean SUPPORTED = ProbeRing.supports(Uring.OP_FUTEX_WAIT);
    }

    /**
     * Waits for the futex whose number is 0 until it is woken up, if the loop can and does not do so already.
     *
     * @param address of the number, the same each time
     */
    void awaitFutex(long address) {
        if (futex == 0 && !left && canAwaitFutex()) {
            if (futexWait == null) {
                futexWait = Uring.futexWait(address, 0);
            }
            futex = registration.submit(futexWait);
            if (futex != 0) {
                loop.submitted();
            }
        }
    }

    Counters counters() {
        return loop.receiver().counters();
    }

    /** Has {@link Owner#endPass()} called. */
    void ready() {
        if (!left) {
            loop.ready(this);
        }
    }

    /** Has it called in the next pass, before which the loop does not sleep. */
    void readyLater() {
        if (!left) {
            loop.readyLater(this);
        }
    }

    /**
     * Has {@link Owner#hasNews()} asked in each pass, until {@link Owner#maySleep()} was asked and has agreed; returns
     * whether that is new.
     */
    boolean wakeful() {
        if (left || wakeful) {
            return false;
        }
        wakeful = true;
        loop.askBeforeSleep(this);
        return true;
    }

    /** Leaves the loop: nobody is told of anything from now on. */
    void leave() {
        if (left || registration == null) {
            left = true;
            return;
        }
        left = true;
        if (!loop.isClosed()) {
            loop.forget(this);
            cancel(input);
            cancel(end);
            cancel(futex);
        }
        registration.cancel();
    }

    private void cancel(long request) {
        if (request != 0) {
            registration.submit(Uring.cancel(request));
            loop.submitted();
        }
    }

    @Override
    public void handle(IoRegistration ignored, IoEvent event) {
        IoUringIoEvent completion = (IoUringIoEvent) event;
        if (completion.opcode() == Uring.OP_FUTEX_WAIT) {
            futex = 0;
            if (!left) {
                owner.woken();
            }
            return;
        }
        if (left || completion.opcode() != Uring.OP_POLL_ADD || completion.res() == -Errno.ECANCELED) {
            return;
        }
        boolean ended = completion.userData() == Uring.POLLRDHUP;
        if (ended) {
            end = 0;
        } else if ((completion.flags() & Uring.CQE_F_MORE) == 0 && end != 0) {
            // The kernel disarms it when the completion queue is full.
            input = submit(Uring.POLLIN);
        }
        try {
            owner.polled(ended);
        } catch (Throwable e) {
            owner.fail(e);
        }
    }

    @Override
    public void attach(Loop newLoop) {
        loop = newLoop;
        loop.add(this);
    }

    @Override
    public void unregistered() {
        loop.remove(this);
        owner = null;
    }

    @Override
    public void close() {
        if (!left) {
            owner.loopEnds();
        }
    }

    @Override
    public void loopEnded() {
        close();
    }

    @Override
    public boolean isClosePending() {
        return false;
    }

    @Override
    public void endPass() {
        if (!left) {
            owner.endPass();
        }
    }

    @Override
    public boolean hasNews() {
        return !left && owner.hasNews();
    }

    @Override
    public boolean maySleep() {
        if (!left && !owner.maySleep()) {
            return false;
        }
        wakeful = false;
        return true;
    }

    @Override
    public void fail(Throwable cause) {
        if (!left) {
            owner.fail(cause);
        }
    }

    @Override
    public String toString() {
        return "Polls of " + owner;
    }
}
