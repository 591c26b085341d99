// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.AbstractServerChannel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.util.NetUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import net.zcrx.memory.MemoryFile;

/**
 * Accepts {@link ZcrxSharedChannel}s of other processes at a path of the file system, given as a {@link
 * DomainSocketAddress}. An address that begins with a zero character is abstract, and needs no file. A path whose
 * server has ended can be bound again. The file stays when the channel closes.
 */
public final class ZcrxSharedServerChannel extends AbstractServerChannel {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(ZcrxSharedServerChannel.class);

    /** The length of {@code sun_path} in {@code struct sockaddr_un}, with the zero at its end. */
    private static final int PATH_BYTES = 108;

    private static final int FILE_KIND = 0170000;
    private static final int SOCKET = 0140000;

    /** The most connections that wait for their first message, or for a read() of this channel. */
    private static final int MOST_WAITING = 128;

    private final ZcrxSharedChannelConfig config = new ZcrxSharedChannelConfig(this, this::autoReadCleared);
    private final Socket socket;
    private final long user;
    private final Set<Accept> handshakes = new HashSet<>();
    private final ArrayList<Link> accepted = new ArrayList<>();
    private Polls polls;
    private boolean readRequested;
    /** The kernel may have more connections to accept. */
    private boolean morePending;

    private volatile DomainSocketAddress local;
    private volatile boolean active;

    public ZcrxSharedServerChannel() {
        user = ownUser();
        try {
            socket = ControlSocket.open();
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    /** The effective user of this process, to whom files belong that it makes. */
    private static long ownUser() {
        try {
            MemoryFile file = MemoryFile.create(1, 0);
            file.close();
            return file.owner();
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    /** Whether the user of this process may connect. */
    boolean admits(ZcrxPeer peer) {
        return peer.uid() == (int) user || config.isAnyUser();
    }

    long user() {
        return user;
    }

    @Override
    public ZcrxSharedChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public boolean isActive() {
        return active && socket.isOpen();
    }

    @Override
    public DomainSocketAddress localAddress() {
        return local;
    }

    @Override
    protected SocketAddress localAddress0() {
        return local;
    }

    @Override
    protected boolean isCompatible(EventLoop eventLoop) {
        return Polls.isCompatible(eventLoop);
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        Polls mine = new Polls(new Listener(), socket.intValue());
        polls = mine;
        mine.register(eventLoop(), registered -> {
            if (registered.isSuccess()) {
                if (active) {
                    mine.watch();
                }
                promise.setSuccess();
            } else {
                promise.setFailure(registered.cause());
            }
        });
    }

    @Override
    protected void doDeregister() {
        closeHandshakes();
        if (polls != null) {
            polls.leave();
            polls = null;
        }
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        DomainSocketAddress path = Addresses.checked(address);
        if (active) {
            throw bindFailure(path, "this channel listens at " + local + " already; open another one", null);
        }
        checkFree(path);
        try {
            socket.bind(path);
            socket.listen(NetUtil.SOMAXCONN);
        } catch (IOException e) {
            throw bindFailure(path, e.getMessage(), e);
        }
        local = path;
        active = true;
        if (polls != null) {
            polls.watch();
        }
    }

    /** Refuses an address that is in use or is no socket: Netty's bind would remove the file. */
    private static void checkFree(DomainSocketAddress address) throws IOException {
        String path = address.path();
        if (path.isEmpty() || path.charAt(0) == 0) {
            return;
        }
        if (path.getBytes().length >= PATH_BYTES) {
            throw bindFailure(
                    address,
                    "it is longer than the " + (PATH_BYTES - 1)
                            + " bytes that the path of a Unix socket may have; choose a shorter one",
                    null);
        }
        Path file = Path.of(path);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Object mode = Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if (((Integer) mode & FILE_KIND) != SOCKET) {
            throw bindFailure(address, "there is a file that is no socket; choose another path", null);
        }
        if (isServed(address)) {
            throw bindFailure(address, "another server listens there; end it, or choose another path", null);
        }
    }

    private static boolean isServed(DomainSocketAddress address) throws IOException {
        Socket probe = ControlSocket.open();
        try {
            probe.connect(address);
            return true;
        } catch (IOException e) {
            // If the connection is refused its server has ended. Any other failure means that the socket is in use.
            return !(e instanceof ConnectException);
        } finally {
            ControlSocket.close(probe.intValue());
        }
    }

    private static BindException bindFailure(DomainSocketAddress address, String why, Throwable cause) {
        BindException failure = new BindException("Could not listen at " + address + ": " + why + ".");
        failure.initCause(cause);
        return failure;
    }

    @Override
    protected void doBeginRead() {
        readRequested = true;
        if (polls != null) {
            polls.ready();
        }
    }

    private void autoReadCleared() {
        readRequested = false;
    }

    @Override
    protected void doClose() throws Exception {
        active = false;
        closeHandshakes();
        accepted.forEach(Link::refuse);
        accepted.clear();
        try {
            // A pending poll keeps the socket open, and clients could still connect.
            socket.shutdown(true, true);
        } catch (IOException | NotYetConnectedException e) {
            // It never listened.
            LOGGER.trace("{} had nothing to shut down.", this, e);
        }
        socket.close();
    }

    private void closeHandshakes() {
        for (Accept each : handshakes.toArray(new Accept[0])) {
            each.close();
        }
    }

    /** The handshake of a connection has ended, well or not. */
    void handshakeEnded(Accept accept) {
        handshakes.remove(accept);
        if (morePending && polls != null) {
            polls.ready();
        }
    }

    /** The handshake of a connection has ended well. */
    void accepted(Link link) {
        accepted.add(link);
        polls.ready();
    }

    private void endPass() throws IOException {
        fireAccepted();
        // Also without a read(): as with other sockets, a client is connected before the server's pipeline knows of it.
        while (morePending && isActive() && handshakes.size() + accepted.size() < MOST_WAITING) {
            int fd = socket.accept(new byte[128]);
            if (fd < 0) {
                morePending = false;
            } else {
                Accept accept = new Accept(this, fd);
                handshakes.add(accept);
                accept.begin();
            }
        }
    }

    private void fireAccepted() {
        if (accepted.isEmpty() || !readRequested) {
            return;
        }
        ExtendedHandle handle = (ExtendedHandle) unsafe().recvBufAllocHandle();
        handle.reset(config);
        Link[] all = accepted.toArray(new Link[0]);
        accepted.clear();
        readRequested = false;
        for (Link each : all) {
            handle.incMessagesRead(1);
            fireRead(new ZcrxSharedChannel(this, each));
        }
        handle.readComplete();
        pipeline().fireChannelReadComplete();
    }

    private void fireRead(ZcrxSharedChannel child) {
        try {
            pipeline().fireChannelRead(child);
        } catch (RuntimeException | Error e) {
            // The first handler's executor has rejected it, which concerns this child only.
            child.unsafe().closeForcibly();
            pipeline().fireExceptionCaught(e);
        }
    }

    private final class Listener implements Polls.Owner {
        @Override
        public void polled(boolean ended) {
            morePending = true;
            polls.ready();
        }

        @Override
        public void endPass() {
            try {
                ZcrxSharedServerChannel.this.endPass();
            } catch (IOException e) {
                pipeline().fireExceptionCaught(e);
            }
        }

        @Override
        public void loopEnds() {
            unsafe().close(unsafe().voidPromise());
        }

        @Override
        public void fail(Throwable cause) {
            pipeline().fireExceptionCaught(cause);
        }

        @Override
        public String toString() {
            return ZcrxSharedServerChannel.this.toString();
        }
    }
}
