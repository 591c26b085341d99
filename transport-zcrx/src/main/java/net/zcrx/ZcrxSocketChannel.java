// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannelUtil;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Executor;
import net.zcrx.option.TcpSockets;
import net.zcrx.uring.Native;
import net.zcrx.uring.Uring;

/**
 * A TCP connection on a {@link ZcrxIoHandler}, accepted or made by connect. Received buffers lie on the pages of the
 * loop's area; releasing one, on any thread, gives its pages back. Options: {@link ZcrxChannelOption}.
 *
 * <p>While the connection stands {@link #fd()} is a blocking descriptor, because only then io_uring waits for data by
 * itself. Its duplicates share that. Code that uses one beside the channel must pass {@code MSG_DONTWAIT} or have a
 * thread that may wait, so not an event loop's. If the descriptor is made non-blocking the channel fails; a file that
 * is sent makes it blocking again.
 */
public class ZcrxSocketChannel extends AbstractDuplexChannel implements SocketChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private final ConnectionConfig config;
    private final ReceiveSide reads = new ReceiveSide(this);
    private final SendSide writes = new SendSide(this);
    /** {@code null} before the first call of connect: accepted connections have none. */
    private Connector connector;

    /** Creates a socket to connect: IPv6 with IPv4 mapped into it where the machine has it. */
    public ZcrxSocketChannel() {
        this((SocketProtocolFamily) null);
    }

    /** Creates a socket to connect, of this family; {@code null} means the default. */
    public ZcrxSocketChannel(SocketProtocolFamily family) {
        super(null, newSocket(family));
        config = new ConnectionConfig(this);
    }

    /** @deprecated use {@link #ZcrxSocketChannel(SocketProtocolFamily)} */
    @Deprecated
    public ZcrxSocketChannel(InternetProtocolFamily family) {
        this(family == null ? null : family.toSocketProtocolFamily());
    }

    /**
     * Takes a TCP socket that is already open: inherited, or passed by another process. From now on it belongs to the
     * channel, which closes it. If it is connected, the channel is active as soon as it is registered, and the
     * descriptor is made blocking; else the channel may connect it.
     *
     * @throws IllegalArgumentException if it is not a TCP socket
     * @throws ChannelException if it is not open, or not a socket
     */
    public ZcrxSocketChannel(int fd) {
        super(null, adopt(fd));
        config = new ConnectionConfig(this);
        InetSocketAddress remote = socket.remoteAddress();
        if (remote == null) {
            TcpSockets.setNonBlocking(socket);
        } else {
            Native.setBlocking(fd);
            activate(remote);
        }
    }

    /** Takes a connection that was accepted: see {@link ZcrxServerSocketChannel#newConnection}. */
    protected ZcrxSocketChannel(ZcrxServerSocketChannel parent, Socket accepted, SocketAddress remote) {
        super(parent, accepted);
        config = new ConnectionConfig(this);
        activate(remote);
    }

    /**
     * The kernel's view of this connection now ({@code TCP_INFO}).
     *
     * @throws ChannelException if the channel is closed
     */
    public ZcrxTcpInfo tcpInfo() {
        ZcrxTcpInfo info = new ZcrxTcpInfo();
        readTcpInfo(info);
        return info;
    }

    /** Fills {@code info} as {@link #tcpInfo()} does, for subclasses with a type of their own. */
    protected final void readTcpInfo(ZcrxTcpInfo info) {
        try {
            info.update(socket);
        } catch (IOException e) {
            throw new ChannelException("The kernel did not give TCP_INFO of " + this, e);
        }
    }

    @Override
    public SocketChannelConfig config() {
        return config;
    }

    /** {@link #config()} of a subclass may be a view of it. */
    @Override
    final ConnectionConfig socketConfig() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public ServerSocketChannel parent() {
        return (ServerSocketChannel) super.parent();
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    @Override
    void complete(IoUringIoEvent event) {
        switch (event.opcode()) {
            case Uring.OP_RECV, Uring.OP_RECV_ZC -> reads.complete(event);
            case Uring.OP_POLL_ADD -> polled((int) event.userData(), event.res());
            case Uring.OP_ASYNC_CANCEL -> {}
            default -> writes.complete(event);
        }
    }

    private void polled(int mask, int result) {
        if (mask == Uring.POLLRDHUP) {
            reads.hangUp(result);
        } else if (connector != null && connector.isConnecting()) {
            connector.writable(result);
        } else {
            writes.writable();
        }
    }

    @Override
    void endPass() {
        reads.endPass();
        writes.endPass();
        shutDownIfWritten();
    }

    @Override
    void beginActivation() {
        writes.immediate(true);
    }

    @Override
    void endActivation() {
        writes.immediate(false);
        if (isActive() && isAttached()) {
            flushPending();
            scheduleEndPass();
        }
        if (connector != null) {
            connector.resume();
        }
    }

    @Override
    protected void doBeginRead() {
        reads.requestRead();
    }

    @Override
    void stopReading() {
        reads.cancelRead();
    }

    @Override
    void autoReadClearedElsewhere() {
        reads.scheduleEndPassIfAttached();
    }

    @Override
    void leave() {
        reads.leave();
        writes.leave();
        if (connector != null) {
            connector.leave();
        }
        if (!isRegistered()) {
            shutDownIfWritten();
        }
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        writes.flush(in);
    }

    @Override
    protected Object filterOutboundMessage(Object message) throws ClosedChannelException {
        if (isClosing() || writes.isStopping()) {
            // The kernel still has data that was flushed before close(), so the outbound buffer is still there.
            throw new ClosedChannelException();
        }
        if (message instanceof ByteBuf buffer) {
            return UnixChannelUtil.isBufferCopyNeededForWrite(buffer) ? copyToDirect(buffer) : buffer;
        }
        if (message instanceof FileRegion) {
            return message;
        }
        throw new UnsupportedOperationException("unsupported message type: " + StringUtil.simpleClassName(message)
                + " (expected: ByteBuf, FileRegion)");
    }

    private ByteBuf copyToDirect(ByteBuf buffer) {
        ByteBuf direct = alloc().directBuffer(buffer.readableBytes());
        direct.writeBytes(buffer, buffer.readerIndex(), buffer.readableBytes());
        buffer.release();
        return direct;
    }

    /** False also if the output is about to end: a write then fails, and never makes the buffer full. */
    @Override
    public boolean isWritable() {
        return !writes.isStopping() && super.isWritable();
    }

    @Override
    void beginClose() {
        cancelConnect();
        writes.stop();
    }

    @Override
    protected void doClose() throws Exception {
        try {
            super.doClose();
        } finally {
            releaseAll();
        }
    }

    /** Ends everything that is under way, and gives back its memory. A second call finds nothing to do. */
    private void releaseAll() {
        reads.close();
        writes.leave();
        cancelConnect();
        failPendingShutdown();
    }

    private void cancelConnect() {
        if (connector != null) {
            connector.cancel();
        }
    }

    @Override
    boolean isWriting() {
        return writes.isBusy();
    }

    @Override
    void stopWriting() {
        writes.stop();
    }

    /** Called when the connection stands, with the socket that was non-blocking for connect. */
    void connected() {
        Native.setBlocking(socket.intValue());
        activate(connector.computeRemoteAddress());
        scheduleEndPass();
    }

    /** Sends data that was flushed before the connection stood, or while the channel was on no loop. */
    void flushPending() {
        writes.flush(unsafe().outboundBuffer());
    }

    /** Called when a send was submitted, or done. */
    void sent() {
        if (loop() != null) {
            loop().sent();
        }
        reads.sent();
    }

    void failWrite(Throwable cause) {
        ((SocketUnsafe) unsafe()).failWrite(cause);
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new SocketUnsafe();
    }

    final class SocketUnsafe extends ZcrxUnsafe {
        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            if (connector == null) {
                connector = new Connector(ZcrxSocketChannel.this);
            }
            connector.connect(remote, local, promise);
        }

        @Override
        protected void flush0() {
            // When the write that is under way completes, it goes on with the data that was flushed meanwhile. Data
            // that is flushed while connecting goes out, or fails, when that ends. Data after close() fails with it.
            if (!writes.isBusy() && !isClosePending() && (connector == null || !connector.isConnecting())) {
                super.flush0();
            }
        }

        void failWrite(Throwable cause) {
            handleWriteError(cause);
        }

        boolean mayConnect(ChannelPromise promise) {
            return !promise.isDone() && ensureOpen(promise);
        }

        Throwable annotate(Throwable cause, SocketAddress remote) {
            return annotateConnectException(cause, remote);
        }

        void closeIfGone() {
            closeIfClosed();
        }

        /** A socket that lingers blocks in close(2): that must not be on the loop, where all else is done. */
        @Override
        protected Executor prepareToClose() {
            // The channel is already closed for its user, so isOpen() says nothing.
            if (!socket.isOpen() || config.getSoLinger() <= 0) {
                return null;
            }
            releaseAll();
            return GlobalEventExecutor.INSTANCE;
        }
    }
}
