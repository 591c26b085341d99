// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.versions;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;

/** Options, an echo of bytes and of a file, the same over TLS of the JDK, and an end in order. */
final class VersionExchange {
    private static final int BYTES = 3 << 20;
    private static final int SECONDS = 30;

    private final ZcrxEventLoopGroup group = new ZcrxEventLoopGroup(2);
    private final byte[] data = new byte[BYTES];

    private VersionExchange() {
        new Random(1).nextBytes(data);
    }

    static void run(String key, String certificate) throws Exception {
        VersionExchange exchange = new VersionExchange();
        Path file = Files.createTempFile("exchange", null);
        try {
            Files.write(file, exchange.data);
            exchange.echo(null, null, Unpooled.wrappedBuffer(exchange.data));
            exchange.echo(null, null, Unpooled.directBuffer().writeBytes(exchange.data));
            exchange.echo(null, null, new DefaultFileRegion(file.toFile(), 0, BYTES));
            SslContext server = SslContextBuilder.forServer(new File(certificate), new File(key))
                    .sslProvider(SslProvider.JDK)
                    .build();
            SslContext client = SslContextBuilder.forClient()
                    .sslProvider(SslProvider.JDK)
                    .trustManager(new File(certificate))
                    .build();
            exchange.echo(server, client, Unpooled.wrappedBuffer(exchange.data));
        } finally {
            Files.delete(file);
            exchange.group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).sync();
        }
    }

    private void echo(SslContext serverTls, SslContext clientTls, Object message) throws Exception {
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(initializer(serverTls, null, new Echo()))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        Channel client = new Bootstrap()
                .group(group)
                .channel(ZcrxSocketChannel.class)
                .option(ZcrxChannelOption.WRITE_ZERO_COPY_THRESHOLD, 64 * 1024)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .handler(initializer(clientTls, server, new Receiver(received)))
                .connect(server.localAddress())
                .sync()
                .channel();
        if (!client.config().getOption(ChannelOption.SO_KEEPALIVE)) {
            throw new IllegalStateException("The option was not set.");
        }
        client.writeAndFlush(message).sync();
        if (!Arrays.equals(data, received.get(SECONDS, TimeUnit.SECONDS))) {
            throw new IllegalStateException("The echo is not what was sent.");
        }
        client.close().sync();
        server.close().sync();
    }

    private static ChannelInitializer<Channel> initializer(
            SslContext tls, Channel server, ChannelInboundHandlerAdapter handler) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                if (tls != null) {
                    channel.pipeline()
                            .addLast(
                                    server == null
                                            ? tls.newHandler(channel.alloc())
                                            : tls.newHandler(channel.alloc(), "localhost", 1));
                }
                channel.pipeline().addLast(handler);
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
