// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.PromiseNotifier;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import net.zcrx.loop.Shutdowns;

/**
 * A channel whose input and output end separately: shut down by the application or, the input, by the other process.
 */
abstract class AbstractSharedChannel extends AbstractChannel implements DuplexChannel {
    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;
    /** Set while flushed data has no room, at least in part. */
    private boolean blocked;
    /** The shutdown of the output that waits until all that was flushed is written; {@code null} if there is none. */
    private ChannelPromise pendingShutdown;

    AbstractSharedChannel(Channel parent) {
        super(parent);
    }

    @Override
    public abstract ZcrxSharedChannelConfig config();

    /** Whether it is or was connected. */
    abstract boolean isLinked();

    /** Makes the loop look at the channel at the end of a pass, before it sleeps. */
    abstract void scheduleEndPass();

    /** Announces to the other side that this one will write no more. */
    abstract void finish();

    final void blocked(boolean now) {
        blocked = now;
    }

    final boolean isBlocked() {
        return blocked;
    }

    @Override
    protected final void doShutdownOutput() {
        if (!outputShutdown && isLinked()) {
            outputShutdown = true;
            // The rest of the flushed data has failed.
            blocked = false;
            finish();
        }
    }

    /** Passes a failure to the pipeline. An executor of the pipeline may reject it. */
    final void raise(Throwable cause) {
        try {
            pipeline().fireExceptionCaught(cause);
        } catch (RuntimeException | Error refusal) {
            cause.addSuppressed(refusal);
        }
    }

    /** The other side has ended its output, and all of it was read. */
    final void inputEnded() {
        boolean first = !inputShutdown;
        inputShutdown = true;
        if (!config().isAllowHalfClosure()) {
            unsafe().close(unsafe().voidPromise());
        } else if (first) {
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            if (isOpen()) {
                pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
            }
        }
    }

    /** Ends the output if that was requested, and nothing is left to be written. */
    final void endOutputIfWritten() {
        if (pendingShutdown != null && !blocked) {
            ChannelPromise promise = pendingShutdown;
            pendingShutdown = null;
            ((AbstractUnsafe) unsafe()).shutdownOutput(promise);
        }
    }

    /** The channel is closed, which ends its input and its output. */
    final void endBoth(Throwable cause) {
        inputShutdown = true;
        outputShutdown = true;
        if (pendingShutdown != null) {
            pendingShutdown.tryFailure(cause);
            pendingShutdown = null;
        }
    }

    @Override
    public final boolean isInputShutdown() {
        return inputShutdown;
    }

    @Override
    public final boolean isOutputShutdown() {
        return outputShutdown;
    }

    @Override
    public final boolean isShutdown() {
        return inputShutdown && outputShutdown;
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
        if (refuse(promise)) {
            return;
        }
        inputShutdown = true;
        scheduleEndPass();
        promise.setSuccess();
    }

    private void shutdownOutput0(ChannelPromise promise) {
        if (refuse(promise)) {
            return;
        }
        if (pendingShutdown != null) {
            pendingShutdown.addListener(new PromiseNotifier<>(promise));
        } else if (blocked) {
            pendingShutdown = promise;
        } else {
            ((AbstractUnsafe) unsafe()).shutdownOutput(promise);
        }
    }

    private boolean refuse(ChannelPromise promise) {
        if (!isOpen()) {
            promise.setFailure(new ClosedChannelException());
        } else if (!isLinked()) {
            promise.setFailure(new NotYetConnectedException());
        }
        return !isOpen() || !isLinked();
    }
}
