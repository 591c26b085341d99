// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxIoHandlerConfig;
import net.zcrx.ZcrxMetrics;
import net.zcrx.shared.ZcrxSharedChannel;
import net.zcrx.shared.ZcrxSharedServerChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/shared-memory.md, which quotes from here. */
class SharedExamplesTest {
    private static final int SECONDS = 30;

    @TempDir
    Path directory;

    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }
    }

    @Test
    void shouldConnectTwoChannels() throws Exception {
        EventLoopGroup group =
                new MultiThreadIoEventLoopGroup(ZcrxIoHandler.newFactory(new ZcrxIoHandlerConfig().sharedMemory(true)));
        DomainSocketAddress address = newAddress();
        CompletableFuture<String> answer = new CompletableFuture<>();
        ChannelHandler service = new Echo();
        ChannelHandler client = new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                answer.complete(((ByteBuf) message).toString(StandardCharsets.UTF_8));
                ((ByteBuf) message).release();
            }
        };
        new ServerBootstrap()
                .group(group)
                .channel(ZcrxSharedServerChannel.class)
                .childHandler(service)
                .bind(address)
                .sync();
        Channel channel = new Bootstrap()
                .group(group)
                .channel(ZcrxSharedChannel.class)
                .handler(client)
                .connect(address)
                .sync()
                .channel();
        channel.writeAndFlush(Unpooled.copiedBuffer("to the next process", StandardCharsets.UTF_8));
        assertEquals("to the next process", answer.get(SECONDS, TimeUnit.SECONDS));
        shutDown(group);
    }

    @Test
    void shouldCallByGrpc() throws Exception {
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup();
        DomainSocketAddress address = newAddress();
        Server server = NettyServerBuilder.forAddress(address)
                .channelType(ZcrxSharedServerChannel.class)
                .bossEventLoopGroup(group)
                .workerEventLoopGroup(group)
                .addService(new Greetings().bind())
                .build()
                .start();
        ManagedChannel channel = NettyChannelBuilder.forAddress(address)
                .channelType(ZcrxSharedChannel.class, DomainSocketAddress.class)
                .eventLoopGroup(group)
                .usePlaintext()
                .build();
        String answer = ClientCalls.blockingUnaryCall(channel, Greetings.GREET, CallOptions.DEFAULT, "World");
        assertEquals("Hello World", answer);
        channel.shutdownNow();
        server.shutdownNow();
        assertTrue(channel.awaitTermination(SECONDS, TimeUnit.SECONDS));
        assertTrue(server.awaitTermination(SECONDS, TimeUnit.SECONDS));
        shutDown(group);
        long written = group.metrics().stream()
                .mapToLong(ZcrxMetrics::sharedCopiedBytes)
                .sum();
        assertTrue(written > "Hello World".length(), () -> written + " bytes");
    }

    private DomainSocketAddress newAddress() {
        return new DomainSocketAddress(directory.resolve("service.sock").toFile());
    }

    private static void shutDown(EventLoopGroup group) throws Exception {
        group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).get(SECONDS, TimeUnit.SECONDS);
    }
}
