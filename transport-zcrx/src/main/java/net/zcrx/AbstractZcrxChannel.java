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
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.PromiseNotifier;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayDeque;
import net.zcrx.loop.Loop;
import net.zcrx.loop.LoopHandle;
import net.zcrx.option.TcpSockets;
import net.zcrx.uring.Uring;

/**
 * A socket on a {@link ZcrxIoHandler}'s ring. It counts the requests that the kernel has of it: the socket is closed,
 * and the channel leaves its loop, when the last one has completed.
 */
abstract class AbstractZcrxChannel extends AbstractChannel implements UnixChannel {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(AbstractZcrxChannel.class);

    final Socket socket;
    private volatile boolean active;
    /** The channel is closed for its user, whatever the kernel still has of it. For good. */
    private volatile boolean closing;
    /** Of a connection {@code null} before somebody asks, or it closes: most are never asked, and this is 96 bytes. */
    private volatile SocketAddress local;

    private volatile SocketAddress remote;

    private Loop loop;
    private IoRegistration registration;
    /** Requests whose last completion is outstanding; not counted: notifications of zero-copy sends. */
    private int requests;

    private boolean ready;
    /** Its place in the loop's list of channels. */
    private int index;
    /** There until the requests have ended. */
    private PendingClose pendingClose;
    /** Netty closes the channel at this moment, and must see whether it was active. */
    private boolean finishing;
    /** Closed by force: nobody waits for its requests but its descriptor. */
    private boolean forced;

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

    private static final class PendingClose {
        final ChannelPromise promise;
        final Throwable cause;
        final ClosedChannelException closeCause;

        PendingClose(ChannelPromise promise, Throwable cause, ClosedChannelException closeCause) {
            this.promise = promise;
            this.cause = cause;
            this.closeCause = closeCause;
        }
    }

    AbstractZcrxChannel(Channel parent, Socket socket) {
        super(parent);
        this.socket = socket;
    }

    /** See {@link TcpSockets#create}. */
    static Socket newSocket(SocketProtocolFamily family) {
        Zcrx.ensureAvailability();
        return TcpSockets.create(family);
    }

    /** See {@link TcpSockets#adopt}. */
    static Socket adopt(int fd) {
        Zcrx.ensureAvailability();
        return TcpSockets.adopt(fd);
    }

    /** One completion of one of this channel's requests. */
    abstract void complete(IoUringIoEvent event);

    /** At the end of a loop pass in which {@link #ready} was called. */
    abstract void endPass();

    /** The user has closed the channel: no new request but what ends the running ones. */
    abstract void beginClose();

    /** On the loop's thread: the user wants to read no more. */
    abstract void stopReading();

    /** The same, by another thread: a read() that the loop has heard of is not taken back, as with epoll. */
    abstract void autoReadClearedElsewhere();

    /** On the loop's thread, which the channel is about to leave, or to end on: nothing may call it back there. */
    void leave() {}

    final Loop loop() {
        return loop;
    }

    /** Has {@link #endPass} called before the loop may sleep; once, however often this is. */
    final void ready() {
        loop.ready((ZcrxUnsafe) unsafe());
    }

    /** Has {@link #endPass} called in the next pass, before which the loop does not sleep. */
    final void readyLater() {
        loop.readyLater((ZcrxUnsafe) unsafe());
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

    final boolean isClosing() {
        return closing || !socket.isOpen();
    }

    /**
     * Something that the user owns, an executor or an allocator, has thrown an exception into the loop. It is this
     * channel's alone: the others of the loop go on.
     */
    final void raise(Throwable cause) {
        try {
            pipeline().fireExceptionCaught(cause);
        } catch (Throwable refusal) {
            if (refusal != cause) {
                cause.addSuppressed(refusal);
            }
            LOGGER.warn(
                    "{} could not be told of an exception, as its first handler's executor threw one too:",
                    this,
                    cause);
        }
    }

    /** As {@link #raise}, of an event after which Netty's pipeline would have asked to read. */
    final void raiseAndRead(Throwable cause) {
        raise(cause);
        if (isOpen() && config().isAutoRead()) {
            unsafe().beginRead();
        }
    }

    /** As {@link #raise}, where the connection cannot go on: bytes of it were lost, or its state is not known. */
    final void raiseAndClose(Throwable cause) {
        raise(cause);
        if (!isClosing()) {
            unsafe().close(unsafe().voidPromise());
        }
    }

    /** Whether the channel is closed for the user, and waits for its requests to end. */
    final boolean isClosePending() {
        return pendingClose != null;
    }

    /** Auto-read went off, on any thread. */
    final void autoReadCleared() {
        if (!isRegistered()) {
            return;
        }
        if (eventLoop().inEventLoop()) {
            stopReading();
        } else {
            eventLoop().execute(() -> {
                // It may be on again, by a thread whose read() came before this.
                if (!config().isAutoRead()) {
                    autoReadClearedElsewhere();
                }
            });
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

    /** The address that the socket has though it is not connected yet. */
    final void rememberLocalAddress() {
        local = socket.localAddress();
    }

    final void activate() {
        // connect may have put an address in the place of the one that was bound.
        local = null;
        active = true;
    }

    final void activate(SocketAddress remote) {
        this.remote = remote;
        activate();
    }

    /** Counts what one read of the user's may bring. */
    final ExtendedHandle receiveHandle() {
        return (ExtendedHandle) unsafe().recvBufAllocHandle();
    }

    static void checkResolvable(SocketAddress address) {
        if (address instanceof InetSocketAddress && ((InetSocketAddress) address).isUnresolved()) {
            throw new UnresolvedAddressException();
        }
    }

    @Override
    public final FileDescriptor fd() {
        return socket;
    }

    @Override
    public final boolean isOpen() {
        return !isClosing();
    }

    @Override
    public final boolean isActive() {
        return active && (!closing || finishing);
    }

    /** As of any closed channel: nobody waits for it to become writable. */
    @Override
    public final boolean isWritable() {
        return !isClosing() && super.isWritable();
    }

    @Override
    protected final SocketAddress localAddress0() {
        if (local == null && active) {
            SocketAddress now = socket.localAddress();
            // Once it is closed, which may be meanwhile, its number may be another socket's.
            if (socket.isOpen()) {
                local = now;
            }
        }
        return local;
    }

    @Override
    protected final SocketAddress remoteAddress0() {
        return remote;
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        checkResolvable(address);
        socket.bind(address);
        rememberLocalAddress();
    }

    @Override
    protected final void doDisconnect() throws Exception {
        doClose();
    }

    @Override
    protected void doClose() throws Exception {
        if (pendingClose != null && !finishing) {
            // By force, while close() waits: that tells the end, and is as fast.
            return;
        }
        // The last chance to ask; before active is false, as others may ask now.
        localAddress0();
        active = false;
        closing = true;
        if (requests > 0 && !loop.isClosed()) {
            endByForce();
        } else {
            socket.close();
        }
    }

    /**
     * The requests would keep the connection open until they complete, which this makes them do. The descriptor is
     * closed after that: what is submitted but has not reached the kernel would meet whoever gets its number next.
     */
    private void endByForce() {
        forced = true;
        try {
            socket.shutdown(true, true);
        } catch (IOException | NotYetConnectedException e) {
            // There is no connection: then nothing waits for it.
            return;
        }
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
        ((IoEventLoop) eventLoop()).register((ZcrxUnsafe) unsafe()).addListener(future -> {
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

    abstract class ZcrxUnsafe extends AbstractUnsafe implements IoUringIoHandle, LoopHandle {
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
            goOnIfIdle();
        }

        private void goOnIfIdle() {
            if (requests > 0) {
                return;
            }
            if (pendingClose != null) {
                closeNow();
            } else if (forced) {
                closeDescriptor();
            }
            // The last of a channel that was deregistered, or closed by force; close() deregisters by itself.
            if (requests == 0 && registration != null && (!isRegistered() || forced)) {
                registration.cancel();
            }
        }

        private boolean isZeroCopySend(IoUringIoEvent completion) {
            return completion.opcode() == Uring.OP_SEND_ZC || completion.opcode() == Uring.OP_SENDMSG_ZC;
        }

        private void closeDescriptor() {
            try {
                socket.close();
            } catch (IOException e) {
                LOGGER.debug("The descriptor of {} was closed with an error.", AbstractZcrxChannel.this, e);
            }
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
            AbstractZcrxChannel.this.endPass();
        }

        @Override
        public final boolean isClosePending() {
            return AbstractZcrxChannel.this.isClosePending();
        }

        @Override
        public final void fail(Throwable cause) {
            raiseAndClose(cause);
        }

        @Override
        public final String toString() {
            return AbstractZcrxChannel.this.toString();
        }

        @Override
        public final void loopEnded() {
            requests = 0;
            if (pendingClose != null) {
                closeNow();
            } else if (isOpen()) {
                close(voidPromise());
            }
            closeDescriptor();
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
            synchronized (AbstractZcrxChannel.this) {
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

        /** The loop is shutting down. */
        @Override
        public final void close() {
            close(voidPromise());
        }

        /**
         * Closing waits for the requests that the kernel still has: they are cancelled, but until they complete they
         * may write to memory, and hold the connection open.
         */
        @Override
        protected final void close(ChannelPromise promise, Throwable cause, ClosedChannelException closeCause) {
            if (afterRegistration != null) {
                afterRegistration.add(() -> close(promise, cause, closeCause));
                return;
            }
            if (pendingClose != null) {
                if (promise.setUncancellable()) {
                    closeFuture().addListener(new PromiseNotifier<>(false, promise));
                }
                return;
            }
            if (!promise.setUncancellable()) {
                return;
            }
            closing = true;
            if (registration == null || !socket.isOpen()) {
                finish(promise, cause, closeCause);
                return;
            }
            pendingClose = new PendingClose(promise, cause, closeCause);
            beginClose();
            cancelAll();
            if (requests == 0) {
                closeNow();
            }
        }

        private void closeNow() {
            PendingClose close = pendingClose;
            pendingClose = null;
            finish(close.promise, close.cause, close.closeCause);
            if (deregisterPromise != null) {
                beginDeregistration();
            }
        }

        private void finish(ChannelPromise promise, Throwable cause, ClosedChannelException closeCause) {
            finishing = true;
            super.close(promise, cause, closeCause);
            finishing = false;
        }

        /** The promise is done when the channel may be registered again, which is when its requests have ended. */
        @Override
        public final void deregister(ChannelPromise promise) {
            if (afterRegistration != null) {
                afterRegistration.add(() -> deregister(promise));
            } else if (deregisterPromise != null) {
                deregisterPromise.addListener(new PromiseNotifier<>(promise));
            } else if (!isRegistered()) {
                safeSetSuccess(promise);
            } else {
                deregisterPromise = promise;
                if (pendingClose == null) {
                    // Else close() does it, after channelInactive.
                    beginDeregistration();
                }
            }
        }

        private void beginDeregistration() {
            // Its listener runs on this loop, whatever loop the channel is registered with meanwhile.
            ChannelPromise left = new DefaultChannelPromise(AbstractZcrxChannel.this, eventLoop());
            leaving = registration != null;
            deregistered = false;
            super.deregister(left.addListener(future -> {
                deregistered = true;
                tellIfDeregistered();
            }));
        }
    }
}
