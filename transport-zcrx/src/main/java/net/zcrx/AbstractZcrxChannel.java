package net.zcrx;

import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.PromiseNotifier;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import net.zcrx.uring.Uring;

/**
 * A socket on a {@link ZcrxIoHandler}'s ring. It counts the requests that the kernel has of it: the socket is closed,
 * and the channel leaves its loop, when the last one has completed.
 */
abstract class AbstractZcrxChannel extends AbstractChannel implements UnixChannel {
    final Socket socket;
    private volatile boolean active;
    /** Of a connection {@code null} before somebody asks, or it closes: most are never asked, and this is 96 bytes. */
    private volatile SocketAddress local;

    private volatile SocketAddress remote;

    private Loop loop;
    private IoRegistration registration;
    /** Requests whose last completion is outstanding; not counted: notifications of zero-copy sends. */
    private int requests;

    private boolean ready;
    /** The user has closed the channel; for good, while {@link #pendingClose} is there until the requests have ended. */
    private boolean closing;

    private PendingClose pendingClose;
    private ChannelPromise deregisterPromise;

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

    /** One completion of one of this channel's requests. */
    abstract void complete(IoUringIoEvent event);

    /** At the end of a loop pass in which {@link Loop#ready} was called. */
    abstract void endPass();

    /** The user has closed the channel: no new request but what ends the running ones. */
    abstract void beginClose();

    /** On the loop's thread: the user wants to read no more. */
    abstract void stopReading();

    /** On the loop's thread, which the channel is about to leave, or to end on: nothing may call it back there. */
    void leave() {}

    final Loop loop() {
        return loop;
    }

    final boolean markReady() {
        boolean first = !ready;
        ready = true;
        return first;
    }

    final void clearReady() {
        ready = false;
    }

    /** Whether requests may be submitted and events fired. */
    final boolean isAttached() {
        return loop != null && !loop.isClosed() && isRegistered();
    }

    final boolean isClosing() {
        return closing || !socket.isOpen();
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
                    stopReading();
                }
            });
        }
    }

    /** Returns what {@link Uring#cancel} takes, or 0 if the channel has left its loop. */
    final long submit(IoUringIoOps request) {
        long id = registration.submit(request);
        if (id != 0) {
            loop.coalescing().submitted();
            requests++;
        }
        return id;
    }

    final void cancelAll() {
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
        return socket.isOpen();
    }

    @Override
    public final boolean isActive() {
        return active;
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
        // The last chance to ask; before active is false, as others may ask now.
        localAddress0();
        active = false;
        if (requests > 0) {
            endRequests();
        }
        socket.close();
    }

    /** Closed by force. The requests would keep the connection open until they complete, which this makes them do. */
    private void endRequests() {
        try {
            socket.shutdown(true, true);
        } catch (IOException | NotYetConnectedException e) {
            // There is no connection: then nothing waits for it.
            return;
        }
    }

    @Override
    protected final boolean isCompatible(EventLoop eventLoop) {
        return eventLoop instanceof IoEventLoop && ((IoEventLoop) eventLoop).isCompatible(ZcrxHandle.class);
    }

    @Override
    protected final void doRegister(ChannelPromise promise) {
        if (registration != null) {
            promise.setFailure(new IllegalStateException(
                    this + " has not left its event loop yet. Register it again when the future of deregister() is "
                            + "done."));
            return;
        }
        ((IoEventLoop) eventLoop()).register((ZcrxUnsafe) unsafe()).addListener(future -> {
            if (future.isSuccess()) {
                registration = (IoRegistration) future.getNow();
                beginActivation();
                promise.setSuccess();
                endActivation();
            } else {
                promise.setFailure(future.cause());
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

    abstract class ZcrxUnsafe extends AbstractUnsafe implements IoUringIoHandle, ZcrxHandle {
        @Override
        public final void attach(Loop newLoop) {
            loop = newLoop;
        }

        @Override
        public final void handle(IoRegistration ignored, IoEvent event) {
            IoUringIoEvent completion = (IoUringIoEvent) event;
            boolean notification = (completion.flags() & Uring.CQE_F_NOTIF) != 0;
            // The first of a zero-copy send's two completions ends it, though it has F_MORE.
            if (!notification && ((completion.flags() & Uring.CQE_F_MORE) == 0 || isZeroCopySend(completion))) {
                requests--;
            }
            complete(completion);
            goOnIfIdle();
        }

        private void goOnIfIdle() {
            if (requests == 0 && pendingClose != null) {
                closeNow();
            }
            // The last of a channel that was deregistered, or closed by force; close() deregisters by itself.
            if (requests == 0 && registration != null && (!isRegistered() || !closing && !socket.isOpen())) {
                registration.cancel();
            }
        }

        private boolean isZeroCopySend(IoUringIoEvent completion) {
            return completion.opcode() == Uring.OP_SEND_ZC || completion.opcode() == Uring.OP_SENDMSG_ZC;
        }

        /** After {@code registration.cancel()}, when the last notification has come too. */
        @Override
        public final void unregistered() {
            leave();
            if (ready) {
                // The loop that it registers with next may run already when this one's pass ends.
                loop.forget(AbstractZcrxChannel.this);
                ready = false;
            }
            registration = null;
            loop = null;
            tellIfDeregistered();
        }

        /** Whoever is told may register the channel at once, on any thread. */
        private void tellIfDeregistered() {
            if (deregisterPromise != null && registration == null && !isRegistered()) {
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
            if (pendingClose != null) {
                closeFuture().addListener(new PromiseNotifier<>(false, promise));
                return;
            }
            if (!promise.setUncancellable()) {
                return;
            }
            closing = true;
            if (registration == null || !socket.isOpen()) {
                super.close(promise, cause, closeCause);
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
            super.close(close.promise, close.cause, close.closeCause);
        }

        /** The promise is done when the channel may be registered again, which is when its requests have ended. */
        @Override
        public final void deregister(ChannelPromise promise) {
            if (deregisterPromise != null) {
                deregisterPromise.addListener(new PromiseNotifier<>(promise));
            } else if (!isRegistered()) {
                safeSetSuccess(promise);
            } else {
                deregisterPromise = promise;
                super.deregister(newPromise().addListener(future -> tellIfDeregistered()));
            }
        }
    }
}
