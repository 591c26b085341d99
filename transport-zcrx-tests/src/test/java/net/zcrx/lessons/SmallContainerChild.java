// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxServerSocketChannel;

/**
 * A child that may take little memory, with all settings at their defaults: its application holds all that comes, more
 * than there is memory for. Its first argument is {@code epoll} for a run to compare with.
 */
final class SmallContainerChild {
    private static final int LOOPS = 8;
    private static final int CONNECTIONS = 16;
    private static final int BYTES = 64 << 20;

    private SmallContainerChild() {}

    /** The application: keeps all that comes, of all connections. */
    @Sharable
    private static final class Holder extends ChannelInboundHandlerAdapter {
        private final Queue<ByteBuf> held = new ConcurrentLinkedQueue<>();
        private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            held.add((ByteBuf) message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            errors.add(cause);
            context.close();
        }
    }

    public static void main(String[] arguments) throws Exception {
        boolean epoll = arguments.length > 0;
        EventLoopGroup group = epoll
                ? new MultiThreadIoEventLoopGroup(LOOPS, EpollIoHandler.newFactory())
                : new ZcrxEventLoopGroup(LOOPS);
        Holder holder = new Holder();
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(epoll ? EpollServerSocketChannel.class : ZcrxServerSocketChannel.class)
                .childHandler(holder)
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        if (!epoll) {
            System.out.println("areas="
                    + ((ZcrxEventLoopGroup) group)
                            .metrics().stream()
                                    .mapToLong(ZcrxMetrics::areaBytes)
                                    .sum());
        }
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            Thread client = new Thread(() -> send((InetSocketAddress) server.localAddress()));
            client.start();
            clients.add(client);
        }
        for (Thread client : clients) {
            client.join();
        }
        System.out.println(
                "held=" + holder.held.stream().mapToLong(ByteBuf::readableBytes).sum());
        holder.held.forEach(ByteBuf::release);
        System.out.println("errors=" + holder.errors);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }

    /** Until the server closes the connection, for it has no memory. */
    private static void send(InetSocketAddress server) {
        byte[] data = new byte[16 * 1024];
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            for (int sent = 0; sent < BYTES; sent += data.length) {
                socket.getOutputStream().write(data);
            }
        } catch (IOException e) {
            System.out.println("closed=" + e.getMessage());
        }
    }
}
