// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An echo as it is written for Netty 4.1 and 4.2: by epoll where it is, else by NIO. It says which. */
public final class NettyProgram {
    private NettyProgram() {}

    private static final class Collector extends SimpleChannelInboundHandler<ByteBuf> {
        private final byte[] bytes = new byte[Bytes.COUNT];
        private final CompletableFuture<byte[]> all = new CompletableFuture<>();
        private int count;

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf buffer) {
            int length = buffer.readableBytes();
            buffer.readBytes(bytes, count, length);
            count += length;
            if (count == bytes.length) {
                all.complete(bytes);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            all.completeExceptionally(cause);
        }
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }

    @SuppressWarnings("deprecation") // Those are what applications have.
    private static EventLoopGroup group(String name) {
        DefaultThreadFactory threads = new DefaultThreadFactory(name);
        return Epoll.isAvailable() ? new EpollEventLoopGroup(1, threads) : new NioEventLoopGroup(1, threads);
    }

    public static void main(String[] arguments) throws Exception {
        Class<? extends ServerChannel> listener =
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        Class<? extends Channel> connection = Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
        EventLoopGroup acceptors = group("acceptor");
        EventLoopGroup workers = group("worker");
        Collector collector = new Collector();
        Channel server = new ServerBootstrap()
                .group(acceptors, workers)
                .channel(listener)
                .childHandler(new Echo())
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        Channel client = new Bootstrap()
                .group(workers)
                .channel(connection)
                .handler(collector)
                .connect(server.localAddress())
                .sync()
                .channel();
        byte[] bytes = Bytes.random();
        client.writeAndFlush(Unpooled.wrappedBuffer(bytes)).sync();
        byte[] answer = collector.all.get(60, TimeUnit.SECONDS);
        System.out.println("on " + client.getClass().getName());
        client.close().sync();
        server.close().sync();
        acceptors.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        workers.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
        Bytes.compare(bytes, answer);
    }
}
