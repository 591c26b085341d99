// SPDX-License-Identifier: Apache-2.0
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
import java.util.List;
import java.util.function.LongSupplier;
import net.zcrx.Zcrx;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxIoHandlerFactory;
import net.zcrx.ZcrxServerSocketChannel;

/** Opens the transport that was asked for, or the best that this machine has. */
final class Transports {
    private final int threads;
    private final ZcrxIoHandlerConfig zcrxConfig;
    private final LongSupplier heldBodyBuffers;

    /**
     * @param threads event loops to start, at least 1
     * @param zcrxConfig the settings of zcrx; the others do not see them
     * @param heldBodyBuffers the server's own count, for transports that have none
     */
    Transports(int threads, ZcrxIoHandlerConfig zcrxConfig, LongSupplier heldBodyBuffers) {
        this.threads = threads;
        this.zcrxConfig = zcrxConfig;
        this.heldBodyBuffers = heldBodyBuffers;
    }

    /** Opens exactly this transport. */
    Transport open(TransportName name) throws ServerException {
        Throwable cause = unavailabilityCause(name);
        if (cause != null) {
            throw new ServerException("Transport " + name + " is unavailable here: " + cause.getMessage(), cause);
        }
        return switch (name) {
            case ZCRX -> zcrx();
            case IO_URING -> copying(name, IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class);
            case EPOLL -> copying(name, EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
            case NIO -> copying(name, NioIoHandler.newFactory(), NioServerSocketChannel.class);
        };
    }

    /** Opens the first transport that works, and says to {@code notes} why the ones before it do not. */
    Transport openBest(PrintWriter notes) throws ServerException {
        for (TransportName name : List.of(TransportName.ZCRX, TransportName.IO_URING, TransportName.EPOLL)) {
            try {
                return open(name);
            } catch (ServerException e) {
                notes.println(e.getMessage());
            }
        }
        return open(TransportName.NIO);
    }

    private static Throwable unavailabilityCause(TransportName name) {
        return switch (name) {
            case ZCRX -> Zcrx.unavailabilityCause();
            case IO_URING -> IoUring.unavailabilityCause();
            case EPOLL -> Epoll.unavailabilityCause();
            case NIO -> null;
        };
    }

    private Transport zcrx() throws ServerException {
        try {
            ZcrxIoHandlerFactory factory = ZcrxIoHandler.newFactory(zcrxConfig);
            return new Transport(
                    TransportName.ZCRX.toString(),
                    new MultiThreadIoEventLoopGroup(threads, factory),
                    ZcrxServerSocketChannel.class,
                    new ZcrxStats(factory));
        } catch (IllegalStateException e) {
            // The group wraps the exception of a loop's handler.
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new ServerException("Transport zcrx cannot start: " + cause.getMessage(), e);
        }
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
