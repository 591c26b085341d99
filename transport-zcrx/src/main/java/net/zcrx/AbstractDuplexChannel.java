// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.PromiseNotifier;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import net.zcrx.loop.Shutdowns;

/** A channel with two sides that end one at a time: shut down by the user, or, its input, by the peer. */
abstract class AbstractDuplexChannel extends AbstractZcrxChannel implements DuplexChannel {
    /**
     * The promise of an output that ends when everything that was flushed is written; {@code null} if there is none.
     */
    private ChannelPromise pendingShutdown;

    AbstractDuplexChannel(Channel parent, Socket socket) {
        super(parent, socket);
    }

    abstract ConnectionConfig socketConfig();

    /** Whether a write is with the kernel, or waits for the socket to take more. */
    abstract boolean isWriting();

    /** Sends as much of the flushed data as the socket takes at once, then no more. */
    abstract void stopWriting();

    @Override
    protected final void doShutdownOutput() throws Exception {
        socket.shutdown(false, true);
    }

    @Override
    public final boolean isInputShutdown() {
        return socket.isInputShutdown();
    }

    @Override
    public final boolean isOutputShutdown() {
        return socket.isOutputShutdown();
    }

    @Override
    public final boolean isShutdown() {
        return socket.isShutdown();
    }

    @Override
    public final ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public final ChannelFuture shutdownInput(ChannelPromise promise) {
        return Shutdowns.inLoop(this, promise, this::shutdownInput0);
    }

    @Override
    public final ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public final ChannelFuture shutdownOutput(ChannelPromise promise) {
        return Shutdowns.inLoop(this, promise, this::shutdownOutput0);
    }

    @Override
    public final ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public final ChannelFuture shutdown(ChannelPromise promise) {
        return Shutdowns.both(this, promise);
    }

    private void shutdownInput0(ChannelPromise promise) {
        if (isClosing()) {
            promise.setFailure(new ClosedChannelException());
            return;
        }
        try {
            socket.shutdown(true, false);
            promise.setSuccess();
        } catch (IOException | NotYetConnectedException e) {
            promise.setFailure(e);
        }
    }

    /** Ends the output behind the flushed data that the socket takes at once, as if flush() had written immediately. */
    private void shutdownOutput0(ChannelPromise promise) {
        if (afterRegistration(() -> shutdownOutput0(promise))) {
            return;
        }
        if (isClosing()) {
            promise.setFailure(new ClosedChannelException());
        } else if (pendingShutdown != null) {
            pendingShutdown.addListener(new PromiseNotifier<>(promise));
        } else if (isWriting()) {
            if (!promise.setUncancellable()) {
                return;
            }
            pendingShutdown = promise;
            stopWriting();
        } else {
            ((AbstractUnsafe) unsafe()).shutdownOutput(promise);
        }
    }

    /** Ends the output if that was asked for, and nothing is left to be written. */
    final void shutDownIfWritten() {
        if (pendingShutdown != null && !isWriting() && (isAttached() || !isRegistered()) && !isClosing()) {
            ChannelPromise promise = pendingShutdown;
            pendingShutdown = null;
            ((AbstractUnsafe) unsafe()).shutdownOutput(promise);
        }
    }

    /** The peer has ended its side, or the connection has failed. */
    final void shutdownInputAtEnd() {
        if (!socket.isInputShutdown()) {
            if (!socketConfig().isAllowHalfClosure()) {
                unsafe().close(unsafe().voidPromise());
                return;
            }
            try {
                socket.shutdown(true, false);
            } catch (IOException e) {
                // The connection is gone as a whole.
                fireUserEvent(ChannelInputShutdownEvent.INSTANCE);
                unsafe().close(unsafe().voidPromise());
                return;
            } catch (NotYetConnectedException e) {
                // Both sides have ended theirs: then the kernel has no connection whose input could be shut down.
            }
            fireUserEvent(ChannelInputShutdownEvent.INSTANCE);
        }
        // A handler may have closed the channel, which gets no more read events then.
        if (!isClosing()) {
            fireUserEvent(ChannelInputShutdownReadComplete.INSTANCE);
        }
    }

    /** Whether the user has shut down the input and wants no more events of it, as with epoll. */
    final boolean isInputClosed() {
        return socket.isInputShutdown() && !socketConfig().isAllowHalfClosure();
    }

    /** Fails the promise of an output that was still to end; the channel has closed. */
    final void failPendingShutdown() {
        if (pendingShutdown != null) {
            ChannelPromise promise = pendingShutdown;
            pendingShutdown = null;
            promise.tryFailure(new ClosedChannelException());
        }
    }
}
