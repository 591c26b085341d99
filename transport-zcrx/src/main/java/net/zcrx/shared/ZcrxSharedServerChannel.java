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
 * Accepts {@link ZcrxSharedChannel}s of other processes at a path of the file system ({@link DomainSocketAddress}; an
 * address that begins with a zero character is abstract, and needs no file). A path whose server has ended is used
 * again; the file stays when the channel closes.
 */
public final class ZcrxSharedServerChannel extends AbstractServerChannel {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(ZcrxSharedServerChannel.class);

    /** {@code sun_path} of {@code struct sockaddr_un}, with a zero at its end. */
    private static final int PATH_BYTES = 108;

    private static final int FILE_KIND = 0170000;
    private static final int SOCKET = 0140000;

    /** Connections whose first message has not come yet, and those that nobody has asked for yet. */
    private static final int MOST_WAITING = 128;

    private final ZcrxSharedChannelConfig config = new ZcrxSharedChannelConfig(this, this::autoReadCleared);
    private final Socket socket;
    private final long user;
    private final Set<Accept> undecided = new HashSet<>();
    private final ArrayList<Link> accepted = new ArrayList<>();
    private Polls polls;
    private boolean wanted;
    /** The kernel may have a connection that was not accepted. */
    private boolean more;

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

    /** A file that this process makes belongs to its effective user. */
    private static long ownUser() {
        try {
            MemoryFile file = MemoryFile.create(1, 0);
            file.close();
            return file.owner();
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    /** Whether that user may connect. */
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
        closeUndecided();
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

    /** Netty's bind removes whatever file is there. */
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
            // Nobody accepts: its server has ended. A socket of another kind is in use, too.
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
        wanted = true;
        if (polls != null) {
            polls.ready();
        }
    }

    private void autoReadCleared() {
        wanted = false;
    }

    @Override
    protected void doClose() throws Exception {
        active = false;
        closeUndecided();
        accepted.forEach(Link::refuse);
        accepted.clear();
        try {
            // A poll that the kernel has keeps the socket open, and a client could still connect.
            socket.shutdown(true, true);
        } catch (IOException | NotYetConnectedException e) {
            // It never listened.
            LOGGER.trace("{} had nothing to shut down.", this, e);
        }
        socket.close();
    }

    private void closeUndecided() {
        for (Accept each : undecided.toArray(new Accept[0])) {
            each.close();
        }
    }

    /** The first message of a connection was read, or is not waited for any more. */
    void decided(Accept accept) {
        undecided.remove(accept);
        if (more && polls != null) {
            polls.ready();
        }
    }

    /** Another process is connected. */
    void accepted(Link link) {
        accepted.add(link);
        polls.ready();
    }

    private void endPass() throws IOException {
        tellAccepted();
        // Also unasked: as with other sockets, a client is connected before the server's user hears of it.
        while (more && isActive() && undecided.size() + accepted.size() < MOST_WAITING) {
            int fd = socket.accept(new byte[128]);
            if (fd < 0) {
                more = false;
            } else {
                Accept accept = new Accept(this, fd);
                undecided.add(accept);
                accept.begin();
            }
        }
    }

    private void tellAccepted() {
        if (accepted.isEmpty() || !wanted) {
            return;
        }
        ExtendedHandle handle = (ExtendedHandle) unsafe().recvBufAllocHandle();
        handle.reset(config);
        Link[] all = accepted.toArray(new Link[0]);
        accepted.clear();
        wanted = false;
        for (Link each : all) {
            handle.incMessagesRead(1);
            tell(new ZcrxSharedChannel(this, each));
        }
        handle.readComplete();
        pipeline().fireChannelReadComplete();
    }

    private void tell(ZcrxSharedChannel child) {
        try {
            pipeline().fireChannelRead(child);
        } catch (RuntimeException | Error e) {
            // The first handler's executor has not taken it: that concerns this child only.
            child.unsafe().closeForcibly();
            pipeline().fireExceptionCaught(e);
        }
    }

    private final class Listener implements Polls.Owner {
        @Override
        public void polled(boolean ended) {
            more = true;
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
