// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.PromiseNotifier;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import net.zcrx.option.TcpSockets;

/**
 * A socket on the ring of a {@link ZcrxIoHandler}: its addresses, exceptions of its user's code, and its end. The
 * descriptor is closed when the kernel has no request of it any more.
 */
abstract class AbstractZcrxChannel extends LoopChannel {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(AbstractZcrxChannel.class);

    private volatile boolean active;
    /** The channel is closed for its user, whatever requests the kernel still has. Never reset. */
    private volatile boolean closing;
    /**
     * {@code null} until somebody asks for it, or the connection closes: most are never asked, and this is 96 bytes.
     */
    private volatile SocketAddress local;

    private volatile SocketAddress remote;

    /** Non-null until the requests of a closing channel have ended. */
    private PendingClose pendingClose;
    /** Netty is closing the channel at this moment, and must see whether it was active. */
    private boolean finishing;
    /** Closed by force: nothing but the descriptor waits for its requests. */
    private boolean forced;

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
        super(parent, socket);
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

    /** The user has closed the channel: from now on it makes no request but those that end the others. */
    abstract void beginClose();

    /** The user wants to read no more. Called on the loop's thread. */
    abstract void stopReading();

    /**
     * Another thread has switched auto-read off. A read() that the loop has heard of is not taken back, as with epoll.
     */
    abstract void autoReadClearedElsewhere();

    final boolean isClosing() {
        return closing || !socket.isOpen();
    }

    /**
     * An executor or allocator of the user has thrown an exception into the loop. It concerns this channel only: the
     * others of the loop go on.
     */
    final void raise(Throwable cause) {
        try {
            pipeline().fireExceptionCaught(cause);
        } catch (Throwable refusal) {
            if (refusal != cause) {
                cause.addSuppressed(refusal);
            }
            LOGGER.warn(
                    "The pipeline of {} was not told of an exception, because the executor of its first handler threw"
                            + " one, too:",
                    this,
                    cause);
        }
    }

    /** Fires a user event; the pipeline's executor may refuse it. */
    final void fireUserEvent(Object event) {
        try {
            pipeline().fireUserEventTriggered(event);
        } catch (RuntimeException | Error e) {
            raise(e);
        }
    }

    /** Does the same as {@link #raise}, for an event after which Netty's pipeline would have asked to read. */
    final void raiseAndRead(Throwable cause) {
        raise(cause);
        if (isOpen() && config().isAutoRead()) {
            unsafe().beginRead();
        }
    }

    /**
     * Does the same as {@link #raise}, where the connection cannot go on: bytes of it were lost, or its state is
     * unknown.
     */
    @Override
    final void raiseAndClose(Throwable cause) {
        raise(cause);
        if (!isClosing()) {
            unsafe().close(unsafe().voidPromise());
        }
    }

    @Override
    final boolean isClosePending() {
        return pendingClose != null;
    }

    /** Called when auto-read was switched off; on any thread. */
    final void autoReadCleared() {
        if (!isRegistered()) {
            return;
        }
        if (eventLoop().inEventLoop()) {
            stopReading();
        } else {
            eventLoop().execute(() -> {
                // Another thread may have switched it on again, and its read() came before this.
                if (!config().isAutoRead()) {
                    autoReadClearedElsewhere();
                }
            });
        }
    }

    /** Remembers the address of a socket that is not connected yet. */
    final void rememberLocalAddress() {
        local = socket.localAddress();
    }

    final void activate() {
        // connect may have replaced the address that was bound.
        local = null;
        active = true;
    }

    final void activate(SocketAddress remote) {
        this.remote = remote;
        activate();
    }

    /** Counts the bytes of one read of the user. */
    final ExtendedHandle receiveHandle() {
        return (ExtendedHandle) unsafe().recvBufAllocHandle();
    }

    static void checkResolvable(SocketAddress address) {
        if (address instanceof InetSocketAddress internet && internet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
    }

    @Override
    public final boolean isOpen() {
        return !isClosing();
    }

    @Override
    public final boolean isActive() {
        return active && (!closing || finishing);
    }

    /** False for a closed channel: nobody waits for it to become writable. */
    @Override
    public boolean isWritable() {
        return !isClosing() && super.isWritable();
    }

    @Override
    protected final SocketAddress localAddress0() {
        if (local == null && active) {
            SocketAddress now = socket.localAddress();
            // Once the socket is closed, which may happen meanwhile, another socket may have its number.
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
            // Closed by force while close() waits: close() tells the end, and is as fast.
            return;
        }
        // The last chance to ask for the address; before active is false, as others may ask now.
        localAddress0();
        active = false;
        closing = true;
        if (hasRequests() && !loop().isClosed()) {
            endByForce();
        } else {
            socket.close();
        }
    }

    /**
     * The requests would keep the connection open until they complete. This makes them complete. The descriptor is
     * closed after that: a request that is submitted but has not reached the kernel would otherwise concern the next
     * socket with its number.
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
    final void requestsEnded() {
        ((ZcrxUnsafe) unsafe()).requestsEnded();
    }

    @Override
    final boolean isForced() {
        return forced;
    }

    abstract class ZcrxUnsafe extends LoopUnsafe {
        private void requestsEnded() {
            if (pendingClose != null) {
                closeNow();
            } else if (forced) {
                closeDescriptor();
            }
        }

        private void closeDescriptor() {
            try {
                socket.close();
            } catch (IOException e) {
                LOGGER.debug("The descriptor of {} was closed with an error.", AbstractZcrxChannel.this, e);
            }
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
        public final void loopEnded() {
            forgetRequests();
            if (pendingClose != null) {
                closeNow();
            } else if (isOpen()) {
                close(voidPromise());
            }
            closeDescriptor();
        }

        /** Called when the loop is shutting down. */
        @Override
        public final void close() {
            close(voidPromise());
        }

        /**
         * Closes when the kernel has no request any more. The requests are cancelled, but until they complete they may
         * write to memory, and keep the connection open.
         */
        @Override
        protected final void close(ChannelPromise promise, Throwable cause, ClosedChannelException closeCause) {
            if (afterRegistration(() -> close(promise, cause, closeCause))) {
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
            if (isLoose() || !socket.isOpen()) {
                finish(promise, cause, closeCause);
                return;
            }
            pendingClose = new PendingClose(promise, cause, closeCause);
            beginClose();
            cancelAll();
            if (!hasRequests()) {
                closeNow();
            }
        }

        private void closeNow() {
            PendingClose close = pendingClose;
            pendingClose = null;
            finish(close.promise, close.cause, close.closeCause);
            deregisterIfAsked();
        }

        private void finish(ChannelPromise promise, Throwable cause, ClosedChannelException closeCause) {
            finishing = true;
            super.close(promise, cause, closeCause);
            finishing = false;
        }
    }
}
