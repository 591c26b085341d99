// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUringIoEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import net.zcrx.nic.change.PortSteering;
import net.zcrx.option.TcpSockets;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Native;
import net.zcrx.uring.Uring;

/**
 * A listening TCP socket on a {@link ZcrxIoHandler}. Connections are accepted as {@link ZcrxSocketChannel}s by one
 * multishot accept. Options: {@link ZcrxChannelOption}.
 */
public class ZcrxServerSocketChannel extends AbstractZcrxChannel implements ServerSocketChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private final ListenerConfig config;
    /** The most accepted connections that wait to be read; then no more are accepted. */
    private static final int MAX_ACCEPTED = 1024;

    /** Connections that are accepted but not read yet. */
    private final ArrayDeque<Socket> accepted = new ArrayDeque<>();

    private PortSteering steering;

    private boolean wanted;
    /** Whether that was a read() of the user, which switching auto-read off does not take back. */
    private boolean asked;

    private boolean reading;
    private boolean once;
    private boolean cancelling;
    private long accept;
    private int error;

    /** Creates the socket: IPv6 with IPv4 mapped into it where the machine has it. */
    public ZcrxServerSocketChannel() {
        this((SocketProtocolFamily) null);
    }

    /** Creates the socket, of this family; {@code null} means the default. */
    public ZcrxServerSocketChannel(SocketProtocolFamily family) {
        this(newSocket(family));
    }

    /** @deprecated use {@link #ZcrxServerSocketChannel(SocketProtocolFamily)} */
    @Deprecated
    public ZcrxServerSocketChannel(InternetProtocolFamily family) {
        this(family == null ? null : family.toSocketProtocolFamily());
    }

    /**
     * Takes a TCP socket that is already open: inherited, or passed by another process such as systemd. From now on it
     * belongs to the channel, which closes it and makes the descriptor blocking. If it listens already, the channel is
     * active as soon as it is registered, and need not be bound. {@link ChannelOption#SO_BACKLOG} and
     * {@link ZcrxChannelOption#FLOW_STEERING}, which work at bind, do nothing then.
     *
     * @throws IllegalArgumentException if it is not a TCP socket
     * @throws io.netty.channel.ChannelException if it is not open, or not a socket
     */
    public ZcrxServerSocketChannel(int fd) {
        this(adopt(fd));
        if (TcpSockets.isListening(socket)) {
            activate();
        }
    }

    private ZcrxServerSocketChannel(Socket socket) {
        super(null, socket);
        Native.setBlocking(socket.intValue());
        config = new ListenerConfig(this);
    }

    @Override
    public ServerSocketChannelConfig config() {
        return config;
    }

    /** {@link #config()} of a subclass may be a view of it. */
    final ListenerConfig socketConfig() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return null;
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        super.doBind(address);
        // Now that the port is known, and before the first connection.
        if (config.flowSteering() != null) {
            steering = config.flowSteering().steer(localAddress());
        }
        try {
            socket.listen(config.getBacklog());
        } catch (IOException e) {
            removeSteering();
            throw e;
        }
        activate();
        // The user may have asked to read before there was anything to accept from.
        scheduleEndPassIfAttached();
    }

    @Override
    protected void doBeginRead() {
        wanted = true;
        asked = !config.isAutoRead();
        scheduleEndPassIfAttached();
    }

    @Override
    void stopReading() {
        wanted = false;
        scheduleEndPassIfAttached();
    }

    @Override
    void autoReadClearedElsewhere() {
        if (!asked) {
            stopReading();
        }
    }

    private void scheduleEndPassIfAttached() {
        if (isAttached()) {
            scheduleEndPass();
        }
    }

    @Override
    void complete(IoUringIoEvent event) {
        if (event.opcode() != Uring.OP_ACCEPT) {
            return;
        }
        if ((event.flags() & Uring.CQE_F_MORE) == 0) {
            accept = 0;
            cancelling = false;
        }
        int result = event.res();
        if (result >= 0) {
            accepted.add(new Socket(result));
        } else if (result != -Errno.ECANCELED && result != -Errno.EAGAIN) {
            error = result;
        }
        scheduleEndPass();
    }

    /** A read() that was called on no loop is served by the next one. */
    @Override
    void endActivation() {
        if (isActive()) {
            scheduleEndPassIfAttached();
        }
    }

    @Override
    void endPass() {
        if (!isOpen()) {
            releaseAccepted();
            return;
        }
        if (!isAttached() || isClosing()) {
            return;
        }
        if (wanted && !accepted.isEmpty()) {
            readAccepted();
        }
        if (error != 0) {
            int cause = error;
            error = 0;
            raise(Errors.newIOException("accept", cause));
        }
        if (isClosing()) {
            return;
        }
        if (wanted && !accepted.isEmpty()) {
            // As many as one read may bring, then others have their turn.
            scheduleLaterEndPass();
        }
        arm();
    }

    private void readAccepted() {
        wanted = false;
        reading = true;
        Throwable cause = null;
        try {
            ExtendedHandle handle = receiveHandle();
            handle.reset(config);
            do {
                Socket child = accepted.poll();
                handle.lastBytesRead(1);
                handle.attemptedBytesRead(1);
                handle.incMessagesRead(1);
                SocketAddress remote = child.remoteAddress();
                if (remote == null) {
                    // The peer has gone already: there is no connection to hand out.
                    closeQuietly(child);
                } else {
                    handOut(newConnection(child, remote));
                }
            } while (!accepted.isEmpty() && handle.continueReading());
            handle.readComplete();
        } catch (RuntimeException | Error e) {
            // The user's own handle has thrown it, or there is no memory.
            cause = e;
        }
        reading = false;
        try {
            pipeline().fireChannelReadComplete();
        } catch (RuntimeException | Error e) {
            raiseAndRead(e);
        }
        if (cause != null) {
            raise(cause);
        }
    }

    /**
     * Makes the channel of a connection that was accepted, which owns the socket from then on. For a subclass whose
     * connections are of a class of its own.
     */
    protected ZcrxSocketChannel newConnection(Socket accepted, SocketAddress remote) {
        return new ZcrxSocketChannel(this, accepted, remote);
    }

    private void handOut(ZcrxSocketChannel child) {
        try {
            pipeline().fireChannelRead(child);
        } catch (RuntimeException | Error e) {
            // The first handler's executor has not taken it.
            child.unsafe().closeForcibly();
            raise(e);
        }
    }

    private void arm() {
        if (!isActive()) {
            return;
        }
        if (wanted && accepted.size() < MAX_ACCEPTED) {
            if (accept == 0) {
                once = !config.isAutoRead();
                accept = submit(Uring.accept(socket.intValue(), !once));
            }
        } else if (accept != 0 && !once && !cancelling) {
            cancelling = true;
            submit(Uring.cancel(accept));
        }
    }

    @Override
    void beginClose() {
        wanted = false;
        scheduleEndPass();
    }

    @Override
    protected void doClose() throws Exception {
        try {
            super.doClose();
        } finally {
            removeSteering();
            if (!reading) {
                releaseAccepted();
            }
        }
    }

    private void removeSteering() {
        if (steering != null) {
            steering.remove();
            steering = null;
        }
    }

    private void releaseAccepted() {
        Socket child;
        while ((child = accepted.poll()) != null) {
            closeQuietly(child);
        }
    }

    private static void closeQuietly(Socket child) {
        try {
            child.close();
        } catch (IOException ignored) {
            // Nobody has seen this connection, so nobody hears about its end.
        }
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        throw new UnsupportedOperationException("A listening socket cannot be written to.");
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        throw new UnsupportedOperationException("A listening socket cannot be written to.");
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new ZcrxUnsafe() {
            @Override
            public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
                promise.setFailure(new UnsupportedOperationException("A listening socket cannot connect."));
            }
        };
    }
}
