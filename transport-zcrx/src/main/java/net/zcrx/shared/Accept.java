// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import net.zcrx.memory.MemoryFile;

/**
 * The server's part of the handshake: an accepted socket whose first message has not come yet. It may never come. Used
 * on the server's event loop.
 */
final class Accept implements Polls.Owner {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Accept.class);

    private static final long HELLO_TIMEOUT_SECONDS = 10;

    private final ZcrxSharedServerChannel server;
    private final ControlSocket control;
    private final Polls polls;
    private ZcrxPeer peer;
    private Future<?> timeout;
    private boolean done;

    Accept(ZcrxSharedServerChannel server, int fd) {
        this.server = server;
        control = new ControlSocket(new Socket(fd));
        polls = new Polls(this, fd);
    }

    void begin() {
        ZcrxPeer peer;
        try {
            peer = control.peer();
        } catch (IOException e) {
            refuse("is unknown: " + e.getMessage());
            return;
        }
        if (!server.admits(peer)) {
            refuse(
                    Message.REFUSED_USER,
                    "is of user " + peer.uid() + ", and this one of user " + server.user()
                            + ". Each could read all that the other receives; set ANY_USER on both sides if it may");
            return;
        }
        awaitHello(peer);
    }

    private void awaitHello(ZcrxPeer known) {
        peer = known;
        timeout = server.eventLoop()
                .schedule(
                        () -> refuse("sent nothing within " + HELLO_TIMEOUT_SECONDS + " s"),
                        HELLO_TIMEOUT_SECONDS,
                        TimeUnit.SECONDS);
        polls.register(server.eventLoop(), registered -> {
            if (registered.isSuccess()) {
                polls.watch();
            } else {
                close();
            }
        });
    }

    @Override
    public void polled(boolean ended) {
        Message message;
        try {
            message = control.receive();
        } catch (RuleViolationException e) {
            refuse(e.getMessage());
            return;
        } catch (IOException e) {
            refuse(Message.REFUSED_MEMORY, "could not be answered: " + e.getMessage());
            return;
        }
        if (message != null) {
            take(message);
        } else if (ended) {
            close();
        }
    }

    private void take(Message message) {
        if (!message.isOfThisVersion()) {
            ControlSocket.close(message.descriptors());
            refuse(
                    Message.REFUSED_VERSION,
                    "is of version " + message.version() + ", and this one of version " + Message.VERSION
                            + "; use the same version of zcrx in both");
        } else if (message.kind() != Message.HELLO || message.descriptor() < 0) {
            ControlSocket.close(message.descriptors());
            refuse("began with a message of kind " + message.kind());
        } else {
            open(message.descriptor());
        }
    }

    private void open(int descriptor) {
        Segment segment;
        try {
            segment = Segment.map(MemoryFile.of(descriptor));
        } catch (IOException e) {
            refuse(Message.REFUSED_MEMORY, "sent memory that cannot be used: " + e.getMessage());
            return;
        }
        end();
        control.send(Message.of(Message.WELCOME, 0, 0));
        server.accepted(new Link(segment, control, peer, 1));
    }

    private void refuse(int reason, String why) {
        control.send(Message.of(Message.REFUSAL, reason, 0));
        refuse(why);
    }

    private void refuse(String why) {
        LOGGER.warn("{} refused a connection: the process that connected {}.", server, why);
        close();
    }

    /** Ends the handshake, whatever its outcome. */
    private void end() {
        done = true;
        if (timeout != null) {
            timeout.cancel(false);
        }
        polls.leave();
        server.handshakeEnded(this);
    }

    void close() {
        if (!done) {
            end();
            control.close();
        }
    }

    @Override
    public void loopEnds() {
        close();
    }

    @Override
    public void fail(Throwable cause) {
        refuse("caused an exception: " + cause);
    }

    @Override
    public String toString() {
        return "a connection to " + server;
    }
}
