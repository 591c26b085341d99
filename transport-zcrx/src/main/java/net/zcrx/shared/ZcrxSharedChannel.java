// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.FileRegion;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * A stream channel to another process of the same machine, whose bytes go through shared memory: on the event loops of
 * a {@link net.zcrx.ZcrxIoHandler}, addressed by a {@link DomainSocketAddress}. Received buffers of loops with
 * {@link net.zcrx.ZcrxIoHandlerConfig#sharedMemory} are handed over where they lie, all others are copied once.
 *
 * <p>Buffers that are read are pooled; releasing one, on any thread, gives its memory back to the other process. The
 * first write to a handed-over buffer copies it, as the other process alone may write there.
 */
public final class ZcrxSharedChannel extends AbstractSharedChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private final ZcrxSharedChannelConfig config = new ZcrxSharedChannelConfig(this, this::autoReadCleared);
    private final Reading reading = new Reading(this);
    private final Trim trim = new Trim();
    /** The connection; {@code null} until it is connected. */
    private Link link;

    /** The polls; {@code null} while the channel is not registered. */
    private Polls polls;
    /** The attempt to connect; {@code null} unless the channel is connecting. */
    private Connect connect;

    private volatile DomainSocketAddress local;
    private volatile DomainSocketAddress remote;
    private volatile boolean active;
    private volatile boolean closed;
    private Link.Other other = Link.Other.PRESENT;

    /** Creates a channel to connect. */
    public ZcrxSharedChannel() {
        super(null);
    }

    /** Takes a connection that was accepted. */
    ZcrxSharedChannel(ZcrxSharedServerChannel parent, Link link) {
        super(parent);
        local = parent.localAddress();
        remote = new DomainSocketAddress("");
        connected(link);
    }

    private void connected(Link established) {
        link = established;
        active = true;
    }

    /** The process at the other end; {@code null} before the channel is active. */
    public ZcrxPeer peer() {
        Link now = link;
        return now == null ? null : now.peer();
    }

    @Override
    public ZcrxSharedChannelConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public ZcrxSharedServerChannel parent() {
        return (ZcrxSharedServerChannel) super.parent();
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public boolean isActive() {
        return active;
    }

    @Override
    public DomainSocketAddress localAddress() {
        return local;
    }

    @Override
    public DomainSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    protected SocketAddress localAddress0() {
        return local;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return remote;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new SharedUnsafe();
    }

    @Override
    protected boolean isCompatible(EventLoop eventLoop) {
        return Polls.isCompatible(eventLoop);
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        if (link == null) {
            // It needs no loop before it is connected.
            promise.setSuccess();
            return;
        }
        watch(registered -> {
            if (registered.isSuccess()) {
                promise.setSuccess();
            } else {
                promise.setFailure(registered.cause());
            }
        });
    }

    private void watch(Consumer<Future<?>> registered) {
        Passes passes = new Passes(this, link, reading);
        Polls mine = passes.polls();
        polls = mine;
        mine.register(eventLoop(), future -> {
            if (future.isSuccess()) {
                EventLoop eventLoop = eventLoop();
                link.enter(mine.counters(), Polls.canAwaitFutex(), passes::giveBackSoon, () -> wakeUp(eventLoop, mine));
                mine.watch();
                mine.askBeforeSleep();
                mine.ready();
            }
            registered.accept(future);
        });
    }

    private static void wakeUp(EventLoop eventLoop, Polls polls) {
        try {
            eventLoop.execute(polls::ready);
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it the channel. The buffers are released without it.
            return;
        }
    }

    @Override
    protected void doDeregister() {
        if (connect != null) {
            connect.fail(new IOException("The channel has left its event loop while it was connecting."));
        }
        trim.cancel();
        if (polls != null) {
            polls.leave();
            polls = null;
            if (link != null && !closed) {
                link.leave();
            }
        }
    }

    @Override
    protected void doBind(SocketAddress address) {
        // The server does not need a client's address. But the application may ask for it.
        local = Addresses.checked(address);
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doClose() {
        if (closed) {
            return;
        }
        closed = true;
        active = false;
        reading.close();
        trim.cancel();
        if (connect != null) {
            connect.fail(new ClosedChannelException());
        }
        if (link != null) {
            // If buffers were handed over there was a loop, which the channel may have left since.
            link.close(other, this::eventLoop);
        }
        if (polls != null) {
            // A channel that is closed forcibly is not deregistered.
            polls.leave();
            polls = null;
        }
        endBoth(new ClosedChannelException());
    }

    @Override
    protected void doBeginRead() {
        reading.requestRead();
        scheduleEndPass();
    }

    @Override
    void scheduleEndPass() {
        if (polls != null && polls.askBeforeSleep()) {
            polls.ready();
        }
    }

    private void autoReadCleared() {
        if (!isRegistered()) {
            return;
        }
        if (eventLoop().inEventLoop()) {
            reading.cancelRead();
        } else {
            eventLoop().execute(() -> {
                // Another thread may have switched it on again, and its read() came before this.
                if (!config.isAutoRead()) {
                    reading.cancelRead();
                }
            });
        }
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        if (message instanceof ByteBuf || message instanceof FileRegion) {
            return message;
        }
        throw new UnsupportedOperationException("A shared-memory channel writes a ByteBuf or a FileRegion, not "
                + StringUtil.simpleClassName(message) + "; encode it before.");
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
        if (link == null) {
            throw new NotYetConnectedException();
        }
        if (link.isClosed() || other != Link.Other.PRESENT) {
            throw new IOException("The other process has closed " + this + ".");
        }
        Writing.Outcome outcome = Writing.writeAll(in, link, alloc());
        blocked(outcome != Writing.Outcome.ALL);
        link.publish();
        scheduleEndPass();
        if (outcome == Writing.Outcome.LATER) {
            resumeLater();
        }
    }

    @Override
    boolean isLinked() {
        return link != null;
    }

    @Override
    void finish() {
        link.finish();
    }

    /** The connection is made: {@link Connect} calls this. */
    void connected(Link established, DomainSocketAddress server, ChannelPromise promise) {
        connect = null;
        remote = server;
        if (local == null) {
            local = new DomainSocketAddress("");
        }
        connected(established);
        watch(registered -> {
            if (!registered.isSuccess()) {
                promise.tryFailure(registered.cause());
                unsafe().close(unsafe().voidPromise());
                return;
            }
            boolean wanted = promise.trySuccess();
            pipeline().fireChannelActive();
            if (!wanted) {
                unsafe().close(unsafe().voidPromise());
            }
        });
    }

    Link link() {
        return link;
    }

    /** Makes the channel go on with reading and writing in the next pass. */
    void resumeLater() {
        if (polls != null) {
            polls.readyLater();
        }
    }

    /** The connection has failed: tells the pipeline, and closes the channel. */
    void fail(Throwable cause) {
        if (cause instanceof RuleViolationException) {
            other = Link.Other.VIOLATOR;
        }
        raise(cause);
        unsafe().close(unsafe().voidPromise());
    }

    /** The other process has closed its socket, or has ended. */
    void otherGone() {
        if (other == Link.Other.PRESENT) {
            other = Link.Other.GONE;
        }
        reading.otherGone();
    }

    /** Called when the loop is about to sleep. */
    void beforeSleep() {
        trim.beforeSleep(link, eventLoop());
    }

    /** Takes back returned buffers, writes data that had no room, reads, and gives released buffers back. */
    void endPass() throws IOException {
        link.takeBack();
        if (isBlocked() && isActive()) {
            ((SharedUnsafe) unsafe()).flushNow();
        }
        if (isActive()) {
            endOutputIfWritten();
            reading.read();
        }
        link.giveBack();
    }

    private final class SharedUnsafe extends AbstractUnsafe {
        @Override
        public void connect(SocketAddress server, SocketAddress own, ChannelPromise promise) {
            if (!promise.setUncancellable() || !ensureOpen(promise)) {
                return;
            }
            if (link != null || connect != null) {
                promise.tryFailure(link != null ? new AlreadyConnectedException() : new ConnectionPendingException());
                return;
            }
            try {
                connect = new Connect(ZcrxSharedChannel.this, Addresses.checked(server), promise);
                local = own == null ? local : Addresses.checked(own);
            } catch (IllegalArgumentException e) {
                connect = null;
                promise.tryFailure(e);
                return;
            }
            connect.begin();
        }

        /** Writes flushed data that had no room. */
        void flushNow() {
            super.flush0();
        }
    }

    /** The connection could not be made: {@link Connect} calls this after it has failed the promise. */
    void connectFailed() {
        connect = null;
    }
}
