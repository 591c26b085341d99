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
 * A channel on a loop, and on its way from one loop to another. It counts the requests that the kernel has of it, and
 * leaves its loop when the last one has completed.
 */
abstract class LoopChannel extends AbstractChannel implements UnixChannel {
    final Socket socket;
    private Loop loop;
    private IoRegistration registration;
    /** Requests whose last completion is outstanding; not counted: notifications of zero-copy sends. */
    private int requests;

    private boolean ready;
    /** Its place in the loop's list of channels. */
    private int index;

    private ChannelPromise deregisterPromise;
    /** Netty has told its pipeline of that. */
    private boolean deregistered;
    /** The registration that it leaves is there still. */
    private boolean leaving;
    /**
     * What was asked of a channel that waits to leave its old loop before it can be registered with the new one, whose
     * thread alone uses this; {@code null} if it does not wait.
     */
    private ArrayDeque<Runnable> afterRegistration;
    /** Registers it with the new loop. Guarded by {@code this}, as are changes of {@link #registration}. */
    private Runnable registerNext;

    LoopChannel(Channel parent, Socket socket) {
        super(parent);
        this.socket = socket;
    }

    /** One completion of one of this channel's requests. */
    abstract void complete(IoUringIoEvent event);

    /** At the end of a loop pass in which {@link #ready} was called. */
    abstract void endPass();

    /** The last request has ended. Called on the loop's thread, and again for the next one that was the last. */
    abstract void requestsEnded();

    /** Its requests have failed in a way that leaves its state unknown. */
    abstract void raiseAndClose(Throwable cause);

    /** Whether the channel is closed for the user, and waits for its requests to end. */
    abstract boolean isClosePending();

    /** Whether it leaves its loop when its requests end, though nobody deregisters it. */
    abstract boolean isForced();

    /** On the loop's thread, which the channel is about to leave, or to end on: nothing may call it back there. */
    void leave() {}

    final Loop loop() {
        return loop;
    }

    /** Has {@link #endPass} called before the loop may sleep; once, however often this is. */
    final void ready() {
        loop.ready((LoopUnsafe) unsafe());
    }

    /** Has {@link #endPass} called in the next pass, before which the loop does not sleep. */
    final void readyLater() {
        loop.readyLater((LoopUnsafe) unsafe());
    }

    /**
     * Whether requests may be submitted and events fired. Registration is asked first: a channel that is on its way to
     * another loop may be used on that one's thread, and must not touch the old one.
     */
    final boolean isAttached() {
        return isRegistered() && loop != null && !loop.isClosed();
    }

    /** Whether it waits for its old loop to let go of it, before the next one has it. */
    final synchronized boolean isMoving() {
        return registerNext != null;
    }

    /**
     * On the loop's thread. What is written belongs to the next loop's thread as soon as the channel waits for that one:
     * then it is done there, right before the channel is registered.
     */
    final void runWhereWritten(Runnable task) {
        synchronized (this) {
            // With the lock, as the next loop's thread may write as soon as it has begun to wait.
            Runnable next = registerNext;
            if (next == null) {
                task.run();
            } else {
                registerNext = () -> {
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
        // The descriptor is open as long as there are requests, so that its number is no one else's.
        if (requests > 0) {
            submit(Uring.cancelAll(socket.intValue()));
        }
    }

    final boolean hasRequests() {
        return requests > 0;
    }

    /** Whether it has no loop, nor waits to leave one. */
    final boolean isLoose() {
        return registration == null;
    }

    /** Has {@code task} done when the channel has reached its next loop; returns whether it waits for one. */
    final boolean afterRegistration(Runnable task) {
        return afterRegistration != null && afterRegistration.add(task);
    }

    @Override
    public final FileDescriptor fd() {
        return socket;
    }

    @Override
    protected final boolean isCompatible(EventLoop eventLoop) {
        return eventLoop instanceof IoEventLoop && ((IoEventLoop) eventLoop).isCompatible(LoopHandle.class);
    }

    @Override
    protected final void doRegister(ChannelPromise promise) {
        synchronized (this) {
            if (registration != null) {
                // The loop that it leaves still has requests of it.
                afterRegistration = new ArrayDeque<>();
                registerNext = () -> register(promise);
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
            ArrayDeque<Runnable> waiting = afterRegistration;
            afterRegistration = null;
            if (waiting != null) {
                waiting.forEach(Runnable::run);
            }
        });
    }

    /** On the loop's thread, before the pipeline is told that the channel is registered, and active if it is. */
    void beginActivation() {}

    /** On the loop's thread, after that. */
    void endActivation() {}

    @Override
    protected final void doDeregister() {
        if (registration == null) {
            return;
        }
        if (requests == 0) {
            registration.cancel();
        } else {
            cancelAll();
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
            // The last of a channel that was deregistered, or closed by force; close() deregisters by itself.
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
        public final boolean markReady() {
            boolean first = !ready;
            ready = true;
            return first;
        }

        @Override
        public final void clearReady() {
            ready = false;
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

        /** Leaves the loop now, if somebody has asked for that before; else nothing happens. */
        final void deregisterIfAsked() {
            if (deregisterPromise != null) {
                beginDeregistration();
            }
        }

        /** After {@code registration.cancel()}, when the last notification has come too. */
        @Override
        public final void unregistered() {
            leave();
            loop.remove(this);
            if (ready) {
                // The loop that it registers with next may run already when this one's pass ends.
                loop.forget(this);
                ready = false;
            }
            loop = null;
            Runnable next;
            synchronized (LoopChannel.this) {
                registration = null;
                next = registerNext;
                registerNext = null;
            }
            leaving = false;
            tellIfDeregistered();
            if (next != null) {
                // Hands over what this thread has written, too.
                eventLoop().execute(next);
            }
        }

        /** Whoever is told may register the channel at once, on any thread. */
        private void tellIfDeregistered() {
            if (deregisterPromise != null && deregistered && !leaving) {
                ChannelPromise promise = deregisterPromise;
                deregisterPromise = null;
                safeSetSuccess(promise);
            }
        }

        /** The promise is done when the channel may be registered again, which is when its requests have ended. */
        @Override
        public final void deregister(ChannelPromise promise) {
            if (afterRegistration(() -> deregister(promise))) {
                return;
            }
            if (deregisterPromise != null) {
                deregisterPromise.addListener(new PromiseNotifier<>(promise));
            } else if (!isRegistered()) {
                safeSetSuccess(promise);
            } else {
                deregisterPromise = promise;
                if (!isClosePending()) {
                    // Else close() does it, after channelInactive.
                    beginDeregistration();
                }
            }
        }

        private void beginDeregistration() {
            // Its listener runs on this loop, whatever loop the channel is registered with meanwhile.
            ChannelPromise left = new DefaultChannelPromise(LoopChannel.this, eventLoop());
            leaving = registration != null;
            deregistered = false;
            super.deregister(left.addListener(future -> {
                deregistered = true;
                tellIfDeregistered();
            }));
        }
    }
}
