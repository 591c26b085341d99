package net.zcrx.example.http;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.io.PrintWriter;
import java.util.function.LongSupplier;

/** Opens the transport that was asked for, or the best that this machine has. */
final class Transports {
    private final int threads;
    private final LongSupplier heldBodyBuffers;

    /**
     * @param threads event loops to start, at least 1
     * @param heldBodyBuffers the server's own count, for transports that have none
     */
    Transports(int threads, LongSupplier heldBodyBuffers) {
        this.threads = threads;
        this.heldBodyBuffers = heldBodyBuffers;
    }

    /** Opens exactly this transport. */
    Transport open(TransportName name) throws ServerException {
        Throwable cause = unavailabilityCause(name);
        if (cause != null) {
            throw new ServerException(unavailable(name, cause), cause);
        }
        return switch (name) {
            case ZCRX -> throw new IllegalStateException("zcrx is never reported as available yet");
            case IO_URING -> copying(name, IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class);
            case EPOLL -> copying(name, EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
            case NIO -> copying(name, NioIoHandler.newFactory(), NioServerSocketChannel.class);
        };
    }

    /** Opens the first transport that works, and says to {@code notes} why the ones before it do not. */
    Transport openBest(PrintWriter notes) throws ServerException {
        for (TransportName name : TransportName.values()) {
            Throwable cause = unavailabilityCause(name);
            if (cause == null) {
                return open(name);
            }
            notes.println(unavailable(name, cause));
        }
        throw new IllegalStateException("NIO is always available.");
    }

    private static Throwable unavailabilityCause(TransportName name) {
        return switch (name) {
            case ZCRX -> new UnsupportedOperationException("this build has no zcrx transport");
            case IO_URING -> IoUring.unavailabilityCause();
            case EPOLL -> Epoll.unavailabilityCause();
            case NIO -> null;
        };
    }

    private static String unavailable(TransportName name, Throwable cause) {
        return "Transport " + name + " is unavailable here: " + cause.getMessage();
    }

    private Transport copying(
            TransportName name, IoHandlerFactory factory, Class<? extends ServerChannel> channelType) {
        return new Transport(
                name.toString(),
                new MultiThreadIoEventLoopGroup(threads, factory),
                channelType,
                new CopyingStats(name.toString(), heldBodyBuffers));
    }
}
