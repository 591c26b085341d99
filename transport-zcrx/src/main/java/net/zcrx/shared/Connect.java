// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.ConnectException;
import java.util.concurrent.TimeUnit;
import net.zcrx.uring.Errno;

/**
 * Makes a connection: connects the socket, sends the connection's memory, and waits for the answer. Used on the
 * channel's event loop.
 */
final class Connect implements Polls.Owner {
    /** Pause before another attempt, if the server's queue of connections is full. */
    private static final long RETRY_MILLIS = 10;

    private final ZcrxSharedChannel channel;
    private final DomainSocketAddress server;
    private final ChannelPromise promise;
    private Future<?> timeout;
    private Socket socket;
    private ControlSocket control;
    private Segment segment;
    private Polls polls;
    private boolean done;

    Connect(ZcrxSharedChannel channel, DomainSocketAddress server, ChannelPromise promise) {
        this.channel = channel;
        this.server = server;
        this.promise = promise;
    }

    void begin() {
        int millis = channel.config().getConnectTimeoutMillis();
        if (millis > 0) {
            timeout = channel.eventLoop().schedule(() -> fail(timedOut(millis)), millis, TimeUnit.MILLISECONDS);
        }
        try {
            socket = ControlSocket.open();
            connect();
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    private ConnectTimeoutException timedOut(int millis) {
        return new ConnectTimeoutException("The server at " + server + " did not answer within " + millis
                + " ms: it listens, but its event loop is busy or stopped, or its queue of connections is full.");
    }

    private void connect() throws IOException {
        if (done) {
            return;
        }
        try {
            socket.connect(server);
        } catch (IOException e) {
            if (!isQueueFull(e)) {
                throw withAdvice(e);
            }
            channel.eventLoop().schedule(this::retry, RETRY_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        sendHello();
    }

    private void retry() {
        try {
            connect();
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    /** Connecting a Unix socket never waits. Netty puts the error number into the message of its exception only. */
    private static boolean isQueueFull(IOException e) {
        return e.getMessage() != null && e.getMessage().contains("(" + -Errno.EAGAIN + ")");
    }

    private IOException withAdvice(IOException e) {
        ConnectException explained = new ConnectException("No server of shared-memory connections listens at " + server
                + ": " + e.getMessage() + ". Start it, or fix the path.");
        explained.initCause(e);
        return explained;
    }

    private void sendHello() throws IOException {
        control = new ControlSocket(socket);
        segment = Segment.create();
        checkUser();
        polls = new Polls(this, socket.intValue());
        polls.register(channel.eventLoop(), registered -> {
            if (!registered.isSuccess()) {
                fail(registered.cause());
                return;
            }
            polls.watch();
            if (!control.send(Message.of(
                    Message.HELLO, 0, Layout.BYTES, segment.area().file().fd()))) {
                // The server has closed the connection already, but may have sent a reason.
                polled(true);
            }
        });
    }

    private void checkUser() throws IOException {
        ZcrxPeer peer = control.peer();
        long own = segment.area().file().owner();
        if (peer.uid() != (int) own && !channel.config().isAnyUser()) {
            throw new IOException(
                    "The server at " + server + " is of user " + peer.uid() + ", and this process of user " + own
                            + ". Each could read all that the other receives; set ANY_USER on both sides if it may.");
        }
    }

    @Override
    public void polled(boolean ended) {
        try {
            Message answer = control.receive();
            if (answer != null) {
                take(answer);
            } else if (ended) {
                fail(new IOException("The server at " + server + " closed the connection without an answer."));
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private void take(Message answer) throws IOException {
        ControlSocket.close(answer.descriptors());
        if (!answer.isOfThisVersion() || answer.kind() != Message.WELCOME) {
            fail(new IOException("The server at " + server + " refused the connection: " + reason(answer)));
            return;
        }
        ZcrxPeer peer = control.peer();
        end();
        channel.connected(new Link(segment, control, peer, 0), server, promise);
    }

    private static String reason(Message answer) {
        int why = answer.kind() == Message.REFUSAL ? answer.number() : 0;
        if (!answer.isOfThisVersion() || why == Message.REFUSED_VERSION) {
            return "it has version " + answer.version() + " of shared memory, and this process has version "
                    + Message.VERSION + ". Use the same version of zcrx in both.";
        }
        return switch (why) {
            case Message.REFUSED_USER -> "it takes connections of its own user only, unless ANY_USER is set there.";
            case Message.REFUSED_MEMORY -> "it had no memory or descriptors left for it; its log has the reason.";
            default -> "its answer " + answer.kind() + ", " + answer.number() + " is unknown to this version.";
        };
    }

    private void end() {
        done = true;
        if (timeout != null) {
            timeout.cancel(false);
        }
        if (polls != null) {
            polls.leave();
        }
    }

    @Override
    public void fail(Throwable cause) {
        if (done) {
            return;
        }
        end();
        if (control != null) {
            control.close();
        } else if (socket != null) {
            ControlSocket.close(socket.intValue());
        }
        if (segment != null) {
            segment.release();
        }
        promise.tryFailure(cause);
        channel.connectFailed();
    }

    @Override
    public void loopEnds() {
        channel.unsafe().close(channel.unsafe().voidPromise());
    }

    @Override
    public String toString() {
        return "Connect to " + server + " of " + channel;
    }
}
