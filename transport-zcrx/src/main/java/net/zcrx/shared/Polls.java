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
 * Registers an {@link Owner} with one event loop, and watches a Unix socket for it. An owner that moves to another loop
 * gets new polls there. All methods are called on the loop's thread.
 */
final class Polls extends AbstractLoopHandle implements IoUringIoHandle {
    /** The receiver of the polls' events. */
    interface Owner {
        /** The socket can be read; or, if {@code ended}, the other side has closed it. */
        void polled(boolean ended);

        /** Called when the futex was woken, or was 1 already. */
        default void woken() {}

        /** The end of a loop pass in which {@link Polls#ready()} was called. */
        default void endPass() {}

        /** See {@link LoopHandle#hasNews()}. */
        default boolean hasNews() {
            return false;
        }

        /** See {@link LoopHandle#maySleep()}. */
        default boolean maySleep() {
            return true;
        }

        /** The loop is about to end, or has ended: closes whatever is open. May be called twice. */
        void loopEnds();

        /** Called when one of these methods has failed. */
        void fail(Throwable cause);
    }

    private Owner owner;
    private final int fd;
    private IoRegistration registration;
    private Loop loop;
    /** Whether the loop asks before it sleeps. */
    private boolean asked;

    private boolean left;
    private long input;
    private long end;
    /** The request that waits for the futex; 0 if there is none. */
    private long futex;
    /** The submission of that request; made when it is first needed. */
    private IoUringIoOps futexWait;

    Polls(Owner owner, int fd) {
        this.owner = owner;
        this.fd = fd;
    }

    static boolean isCompatible(EventLoop eventLoop) {
        return eventLoop instanceof IoEventLoop && ((IoEventLoop) eventLoop).isCompatible(LoopHandle.class);
    }

    /** Registers with the loop, and calls {@code registered} with the outcome on the loop's thread. */
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

    /** Watches the socket from now on, until {@link #leave()}. */
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

    /** Whether io_uring of this kernel can wait for a futex. Waking one is cheaper than a message on a socket. */
    static boolean canAwaitFutex() {
        return FutexWait.SUPPORTED;
    }

    /** Asks the kernel once, when the answer is first needed. */
    private static final class FutexWait {
        static final boolean SUPPORTED = ProbeRing.supports(Uring.OP_FUTEX_WAIT);
    }

    /**
     * Makes the loop wait for a futex while its value is 0, if the kernel can and no such wait is pending.
     *
     * @param address the futex; always the same
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

    /** Makes the loop call {@link Owner#endPass()} at the end of this pass. */
    void ready() {
        if (!left) {
            loop.ready(this);
        }
    }

    /** Makes the loop call {@link Owner#endPass()} in the next pass. The loop does not sleep before. */
    void readyLater() {
        if (!left) {
            loop.readyLater(this);
        }
    }

    /**
     * Makes the loop call {@link Owner#hasNews()} in each pass and {@link Owner#maySleep()} before it sleeps, until
     * that returns {@code true}. Returns whether the loop did not do so before.
     */
    boolean askBeforeSleep() {
        if (left || asked) {
            return false;
        }
        asked = true;
        loop.askBeforeSleep(this);
        return true;
    }

    /** Leaves the loop: the owner is not called any more. */
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
            // The kernel ends a multishot poll when the completion queue is full.
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
        asked = false;
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
