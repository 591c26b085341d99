// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import static net.zcrx.option.SocketConstants.IPPROTO_TCP;
import static net.zcrx.option.SocketConstants.TCP_FASTOPEN_CONNECT;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.unix.UnixChannelUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.util.concurrent.TimeUnit;
import net.zcrx.uring.Errno;
import net.zcrx.uring.Uring;

/** Connects a socket: connect(2) without blocking, then a poll on the ring for its result. */
final class Connector {
    private final ZcrxSocketChannel channel;
    private ChannelPromise promise;
    private Future<?> timeout;
    private SocketAddress requested;
    private boolean polling;

    Connector(ZcrxSocketChannel channel) {
        this.channel = channel;
    }

    boolean isConnecting() {
        return promise != null;
    }

    void connect(SocketAddress remote, SocketAddress local, ChannelPromise connectPromise) {
        if (!unsafe().mayConnect(connectPromise)) {
            return;
        }
        try {
            requireUnconnected();
            if (begin(remote, local)) {
                succeed(connectPromise);
                return;
            }
        } catch (Throwable cause) {
            connectPromise.tryFailure(unsafe().annotate(cause, remote));
            unsafe().closeIfGone();
            return;
        }
        promise = connectPromise;
        channel.rememberLocalAddress();
        await();
        connectPromise.addListener(future -> {
            if (future.isCancelled()) {
                cancelTimeout();
                promise = null;
                channel.unsafe().close(channel.unsafe().voidPromise());
            }
        });
    }

    private void requireUnconnected() throws ClosedChannelException {
        if (channel.isClosing()) {
            throw new ClosedChannelException();
        }
        if (promise != null) {
            throw new ConnectionPendingException();
        }
        if (channel.isActive()) {
            throw new AlreadyConnectedException();
        }
    }

    /** Returns whether the connection stands already. */
    private boolean begin(SocketAddress remote, SocketAddress local) throws IOException {
        AbstractZcrxChannel.checkResolvable(local);
        AbstractZcrxChannel.checkResolvable(remote);
        if (local != null) {
            channel.socket.bind(local);
        }
        requested = remote;
        prepareFastOpen();
        return channel.socket.connect(remote);
    }

    /** The poll for writability has completed: the attempt has succeeded or failed. */
    void writable(int result) {
        if (result == -Errno.ECANCELED) {
            return;
        }
        ChannelPromise attempt = promise;
        try {
            if (!channel.socket.finishConnect()) {
                poll();
                return;
            }
            end();
            succeed(attempt);
        } catch (Throwable cause) {
            end();
            attempt.tryFailure(unsafe().annotate(cause, requested));
            // As with epoll, which reports the end of a connection that never began.
            channel.unsafe().close(channel.unsafe().voidPromise());
        }
    }

    /** Fails the attempt that is under way, if any: the channel closes. */
    void cancel() {
        ChannelPromise attempt = promise;
        end();
        if (attempt != null) {
            attempt.tryFailure(new ClosedChannelException());
        }
    }

    SocketAddress computeRemoteAddress() {
        return UnixChannelUtil.computeRemoteAddr((InetSocketAddress) requested, channel.socket.remoteAddress());
    }

    private void end() {
        cancelTimeout();
        promise = null;
    }

    /** Lets the kernel send data that waits already with the first packet: connect(2) then returns at once. */
    private void prepareFastOpen() {
        ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
        if (channel.socketConfig().isTcpFastOpenConnect() && outbound != null) {
            outbound.addFlush();
            Object first = outbound.current();
            if (first instanceof ByteBuf buffer && buffer.isReadable()) {
                try {
                    channel.socket.setIntOpt(IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
                } catch (IOException ignored) {
                    // Fast open is switched off (net.ipv4.tcp_fastopen): the data is sent when the connection stands.
                }
            }
        }
    }

    /** Called when the channel leaves its loop. */
    void leave() {
        polling = false;
        cancelTimeout();
    }

    /** The channel has reached its next loop: goes on with an attempt that was under way, if any. */
    void resume() {
        if (promise != null && !polling) {
            await();
        }
    }

    private void await() {
        poll();
        int timeoutMillis = channel.config().getConnectTimeoutMillis();
        if (timeoutMillis > 0 && timeout == null) {
            timeout = channel.eventLoop().schedule(this::timeOut, timeoutMillis, TimeUnit.MILLISECONDS);
        }
    }

    private void poll() {
        polling = channel.submit(Uring.poll(channel.socket.intValue(), Uring.POLLOUT)) != 0;
    }

    private void succeed(ChannelPromise attempt) {
        channel.connected();
        // A listener may close the channel. The connection was established all the same, and that is reported.
        boolean connected = attempt.trySuccess();
        channel.beginActivation();
        try {
            channel.pipeline().fireChannelActive();
        } catch (RuntimeException | Error e) {
            channel.raiseAndRead(e);
        } finally {
            channel.endActivation();
        }
        if (!connected) {
            channel.unsafe().close(channel.unsafe().voidPromise());
        }
    }

    private void timeOut() {
        ChannelPromise attempt = promise;
        if (attempt != null
                && attempt.tryFailure(new ConnectTimeoutException("connection timed out after "
                        + channel.config().getConnectTimeoutMillis() + " ms: " + requested))) {
            channel.unsafe().close(channel.unsafe().voidPromise());
        }
    }

    private void cancelTimeout() {
        if (timeout != null) {
            timeout.cancel(false);
            timeout = null;
        }
    }

    private ZcrxSocketChannel.SocketUnsafe unsafe() {
        return (ZcrxSocketChannel.SocketUnsafe) channel.unsafe();
    }
}
