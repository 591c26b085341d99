// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.PromiseNotifier;
import java.util.ArrayDeque;
import net.zcrx.loop.Loop;
import net.zcrx.loop.LoopHandle;
import net.zcrx.uring.Uring;

/**
 * A channel on a loop, and on its way from one loop to another. It counts its requests that the kernel has, and leaves
 * its loop when the last one has completed.
 */
abstract class LoopChannel extends AbstractChannel implements UnixChannel {
    final Socket socket;
    private Loop loop;
    private IoRegistration registration;
    /** Requests whose last completion is outstanding. Notifications of zero-copy sends are not counted. */
    private int requests;

    /** See {@link LoopHandle#marks()}. */
    private byte marks;
    /** Its place in the loop's list of channels. */
    private int index;

    /**
     * Its way from a loop; {@code null} before it leaves one, which most never do. Written with the lock of this
     * channel, as is {@link #registration}.
     */
    private Move move;

    /** The state of a channel that leaves its loop, for another one or for none. */
    private static final class Move {
        private ChannelPromise deregisterPromise;
        /** Netty has told the pipeline that the channel is deregistered. */
        private boolean deregistered;
        /** The registration that the channel leaves still exists. */
        private boolean leaving;
        /**
         * Tasks for a channel that waits to leave its old loop before it can be registered with the new one. Used by
         * the new loop's thread only; {@code null} if the channel does not wait.
         */
        private ArrayDeque<Runnable> afterRegistration;
        /** Registers the channel with the new loop. Guarded by the channel. */
        private Runnable registerNext;
    }

    LoopChannel(Channel parent, Socket socket) {
        super(parent);
        this.socket = socket;
    }

    /** Handles a completion of one of this channel's requests. */
    abstract void complete(IoUringIoEvent event);

    /** Called at the end of a pass with {@link #scheduleEndPass}, or after one with {@link #scheduleLaterEndPass}. */
    abstract void endPass();

    /** The last request has ended. Called on the loop's thread, and again if there are requests later. */
    abstract void requestsEnded();

    /** Handles a failure that leaves the channel's state unknown. */
    abstract void raiseAndClose(Throwable cause);

    /** Whether the channel is closed for the user, and waits for its requests to end. */
    abstract boolean isClosePending();

    /** Whether the channel leaves its loop when its requests end, though it is not deregistered. */
    abstract boolean isForced();

    /**
     * The channel is about to leave its loop, or to end on it: nothing may call it back there. On the loop's thread.
     */
    void leave() {}

    final Loop loop() {
        return loop;
    }

    /** Has {@link #endPass} called before the loop may sleep: once, however often this is called. */
    final void scheduleEndPass() {
        loop.ready((LoopUnsafe) unsafe());
    }

    /** Has {@link #endPass} called in the next pass, before which the loop does not sleep. */
    final void scheduleLaterEndPass() {
        loop.readyLater((LoopUnsafe) unsafe());
    }

    /**
     * Whether requests may be submitted and events fired. Registration is asked first: a channel on its way to another
     * loop may be used on that loop's thread, and must not touch the old one.
     */
    final boolean isAttached() {
        return isRegistered() && loop != null && !loop.isClosed();
    }

    /** Whether the channel waits to leave its old loop, for the next one. */
    final synchronized boolean isMoving() {
        return registerNext() != null;
    }

    /** Called with the lock. */
    private Runnable registerNext() {
        return move == null ? null : move.registerNext;
    }

    private synchronized Move move() {
        if (move == null) {
            move = new Move();
        }
        return move;
    }

    /**
     * Runs {@code task} where the outbound buffer is written, and is called on the loop's thread. That is the next
     * loop's thread as soon as the channel waits for that loop: then it is done there, right before the channel is
     * registered.
     */
    final void runWhereWritten(Runnable task) {
        synchronized (this) {
            // With the lock, as the next loop's thread may write as soon as the channel waits.
            Runnable next = registerNext();
            if (next == null) {
                task.run();
            } else {
                move.registerNext = () -> {
                    task.run();
                    next.run();
                };
            }
        }
    }

    /** Returns what {@link Uring#cancel} takes, or 0 if the channel has left its loop. */
    final long submit(IoUringIoOps request) {
        if (registration == null || loop.isClosed()) {
            return 0;
        }
        long id = registration.submit(request);
        if (id != 0) {
            loop.submitted();
            requests++;
        }
        return id;
    }

    final void cancelAll() {
        // The descriptor stays open as long as there are requests, so its number is no other socket's.
        if (requests > 0) {
            submit(Uring.cancelAll(socket.intValue()));
        }
    }

    final boolean hasRequests() {
        return requests > 0;
    }

    /** Whether the channel has no loop and does not wait to leave one. */
    final boolean isLoose() {
        return registration == null;
    }

    /** Runs {@code task} when the channel has reached its next loop; returns whether it waits for one. */
    final boolean afterRegistration(Runnable task) {
        return move != null && move.afterRegistration != null && move.afterRegistration.add(task);
    }

    @Override
    public final FileDescriptor fd() {
        return socket;
    }

    @Override
    protected final boolean isCompatible(EventLoop eventLoop) {
        return eventLoop instanceof IoEventLoop ioLoop && ioLoop.isCompatible(LoopHandle.class);
    }

    @Override
    protected final void doRegister(ChannelPromise promise) {
        synchronized (this) {
            if (registration != null) {
                // The kernel still has requests of it, on the loop that it leaves.
                move().afterRegistration = new ArrayDeque<>();
                move.registerNext = () -> register(promise);
                return;
            }
        }
        register(promise);
    }

    private void register(ChannelPromise promise) {
        ((IoEventLoop) eventLoop()).register((LoopUnsafe) unsafe()).addListener(future -> {
            if (future.isSuccess()) {
                synchronized (this) {
                    registration = (IoRegistration) future.getNow();
                }
                beginActivation();
                promise.setSuccess();
                endActivation();
            } else {
                promise.setFailure(future.cause());
            }
            ArrayDeque<Runnable> waiting = move == null ? null : move.afterRegistration;
            if (waiting != null) {
                move.afterRegistration = null;
                waiting.forEach(Runnable::run);
            }
        });
    }

    /** Called on the loop's thread, before the pipeline is told that the channel is registered, and active if it is. */
    void beginActivation() {}

    /** Called on the loop's thread, after that. */
    void endActivation() {}

    @Override
    protected final void doDeregister() {
        if (registration == null) {
            return;
        }
        if (requests > 0) {
            cancelAll();
        } else if (move == null || !move.leaving) {
            registration.cancel();
        }
    }

    abstract class LoopUnsafe extends AbstractUnsafe implements IoUringIoHandle, LoopHandle {
        @Override
        public final void attach(Loop newLoop) {
            loop = newLoop;
            loop.add(this);
        }

        @Override
        public final void handle(IoRegistration ignored, IoEvent event) {
            IoUringIoEvent completion = (IoUringIoEvent) event;
            boolean notification = (completion.flags() & Uring.CQE_F_NOTIF) != 0;
            // The first of a zero-copy send's two completions ends it, though it has F_MORE.
            if (!notification && ((completion.flags() & Uring.CQE_F_MORE) == 0 || isZeroCopySend(completion))) {
                requests--;
            }
            try {
                complete(completion);
            } catch (Throwable e) {
                raiseAndClose(e);
            }
            finishIfIdle();
        }

        private void finishIfIdle() {
            if (requests > 0) {
                return;
            }
            requestsEnded();
            // The last request of a channel that was deregistered, or closed by force; close() deregisters by itself.
            if (requests == 0 && registration != null && (!isRegistered() || isForced())) {
                registration.cancel();
            }
        }

        private boolean isZeroCopySend(IoUringIoEvent completion) {
            return completion.opcode() == Uring.OP_SEND_ZC || completion.opcode() == Uring.OP_SENDMSG_ZC;
        }

        @Override
        public final int index() {
            return index;
        }

        @Override
        public final void index(int now) {
            index = now;
        }

        @Override
        public final byte marks() {
            return marks;
        }

        @Override
        public final void marks(byte now) {
            marks = now;
        }

        @Override
        public final void endPass() {
            LoopChannel.this.endPass();
        }

        @Override
        public final String toString() {
            return LoopChannel.this.toString();
        }

        /** The ring is closed: no request can complete any more. */
        final void forgetRequests() {
            requests = 0;
        }

        /** Leaves the loop now, if that was asked for before; else does nothing. */
        final void deregisterIfAsked() {
            if (isDeregistrationAsked()) {
                beginDeregistration();
            }
        }

        private boolean isDeregistrationAsked() {
            return move != null && move.deregisterPromise != null;
        }

        /** Called after {@code registration.cancel()}, when the last notification has come, too. */
        @Override
        public final void unregistered() {
            leave();
            loop.remove(this);
            if (marks != 0) {
                // The next loop may run already when the pass of this one ends.
                loop.forget(this);
                marks = 0;
            }
            loop = null;
            Runnable next;
            synchronized (LoopChannel.this) {
                registration = null;
                next = registerNext();
                if (move != null) {
                    move.registerNext = null;
                    move.leaving = false;
                }
            }
            succeedIfDeregistered();
            if (next != null) {
                // This also hands over what this thread has written.
                eventLoop().execute(next);
            }
        }

        /** A listener may register the channel at once, on any thread. */
        private void succeedIfDeregistered() {
            if (isDeregistrationAsked() && move.deregistered && !move.leaving) {
                ChannelPromise promise = move.deregisterPromise;
                move.deregisterPromise = null;
                safeSetSuccess(promise);
            }
        }

        /** The promise is done when the channel may be registered again, which is when its requests have ended. */
        @Override
        public final void deregister(ChannelPromise promise) {
            if (afterRegistration(() -> deregister(promise))) {
                return;
            }
            if (isDeregistrationAsked()) {
                move.deregisterPromise.addListener(new PromiseNotifier<>(promise));
            } else if (!isRegistered()) {
                safeSetSuccess(promise);
            } else {
                move().deregisterPromise = promise;
                if (!isClosePending()) {
                    // Otherwise close() does it, after channelInactive.
                    beginDeregistration();
                }
            }
        }

        private void beginDeregistration() {
            // Its listener runs on this loop, whichever loop the channel is registered with meanwhile.
            ChannelPromise left = new DefaultChannelPromise(LoopChannel.this, eventLoop());
            move.leaving = registration != null;
            move.deregistered = false;
            super.deregister(left.addListener(future -> {
                move.deregistered = true;
                if (move.leaving && requests == 0) {
                    // Not before: the next loop's thread may have the channel from then on, and deregister it again.
                    registration.cancel();
                } else {
                    succeedIfDeregistered();
                }
            }));
        }
    }
}
