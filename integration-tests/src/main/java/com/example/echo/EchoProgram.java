// SPDX-License-Identifier: Apache-2.0
package com.example.echo;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultFileRegion;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import net.zcrx.Zcrx;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;

/**
 * An application: sends a file to an echo server of its own, both on the transport, and compares the bytes that come
 * back.
 */
public final class EchoProgram {
    private static final int BYTES = 1 << 20;
    private static final int TIMEOUT_SECONDS = 20;

    private EchoProgram() {}

    public static void main(String[] args) throws Exception {
        byte[] sent = new byte[BYTES];
        new Random(1).nextBytes(sent);
        Path file = Files.createTempFile("echo", null);
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(1);
        try {
            Files.write(file, sent);
            byte[] received = echo(group, file.toFile());
            if (!Arrays.equals(sent, received)) {
                throw new IllegalStateException("The echo is not what was sent.");
            }
            System.out.println(
                    "Echoed in mode " + group.metrics().get(0).mode() + " by " + ZcrxSocketChannel.class.getName());
        } finally {
            group.shutdownGracefully(0, TIMEOUT_SECONDS, TimeUnit.SECONDS).sync();
            Files.delete(file);
        }
    }

    private static byte[] echo(ZcrxEventLoopGroup group, File file) throws Exception {
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .childHandler(initializer(Echo::new))
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(ZcrxSocketChannel.class)
                .handler(initializer(() -> new Receiver(received)));
        // Does nothing here, but looks for the classes that it would change, as in applications that need it.
        Zcrx.replaceTransport(bootstrap, group);
        Channel client = bootstrap.connect(server.localAddress()).sync().channel();
        client.writeAndFlush(new DefaultFileRegion(file, 0, BYTES)).sync();
        return received.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private static ChannelHandler initializer(Supplier<ChannelHandler> handlers) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(handlers.get());
            }
        };
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush(message);
        }
    }

    private static final class Receiver extends ChannelInboundHandlerAdapter {
        private final ByteBuf bytes = Unpooled.buffer(BYTES, BYTES);
        private final CompletableFuture<byte[]> received;

        Receiver(CompletableFuture<byte[]> received) {
            this.received = received;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            bytes.writeBytes(buffer);
            buffer.release();
            if (!bytes.isWritable()) {
                received.complete(bytes.array());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            received.completeExceptionally(cause);
        }
    }
}
