// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.zcrx.Zcrx;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandler;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.ZcrxSocketChannel;
import net.zcrx.reactor.netty.ZcrxLoopResources;
import net.zcrx.servers.Await;
import net.zcrx.vertx.ZcrxVertxTransport;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** The examples of README.md and docs/frameworks.md, which quote from here. */
class ExamplesTest {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress("127.0.0.1", 0);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final InternalLogger logger = InternalLoggerFactory.getInstance(ExamplesTest.class);

    @Test
    void shouldGreetByNetty() throws Exception {
        CompletableFuture<Object> answer = new CompletableFuture<>();

        EventLoopGroup group = new MultiThreadIoEventLoopGroup(ZcrxIoHandler.newFactory());
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .childHandler(new Greeter())
                .bind(ADDRESS)
                .sync()
                .channel();

        Channel client = new Bootstrap()
                .group(group)
                .channel(ZcrxSocketChannel.class)
                .handler(new Client(answer))
                .connect(server.localAddress())
                .sync()
                .channel();
        client.writeAndFlush("World");
        assertEquals("Hello World", Await.result(answer));
        shutDown(group);
    }

    @Test
    void shouldGreetWhereTransportMayBeMissing() throws Exception {
        CompletableFuture<Object> answer = new CompletableFuture<>();

        EventLoopGroup group;
        Class<? extends ServerChannel> listener;
        if (Zcrx.isAvailable()) {
            group = new ZcrxEventLoopGroup();
            listener = ZcrxServerSocketChannel.class;
        } else {
            logger.warn("No zcrx: {}", Zcrx.unavailabilityCause().getMessage());
            group = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
            listener = EpollServerSocketChannel.class;
        }
        Channel server = new ServerBootstrap()
                .group(group)
                .channel(listener)
                .childHandler(new Greeter())
                .bind(ADDRESS)
                .sync()
                .channel();

        EventLoopGroup clients = new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory());
        Channel client = new Bootstrap()
                .group(clients)
                .channel(NioSocketChannel.class)
                .handler(new Client(answer))
                .connect(server.localAddress())
                .sync()
                .channel();
        client.writeAndFlush("World");
        assertEquals("Hello World", Await.result(answer));
        shutDown(clients);
        shutDown(group);
    }

    private static final class Greeter extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new StringDecoder(), new StringEncoder(), new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object name) {
                    ctx.writeAndFlush("Hello " + name);
                }
            });
        }
    }

    private static final class Client extends ChannelInitializer<Channel> {
        private final CompletableFuture<Object> answer;

        Client(CompletableFuture<Object> answer) {
            this.answer = answer;
        }

        @Override
        protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new StringDecoder(), new StringEncoder(), new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    answer.complete(message);
                }
            });
        }
    }

    @Test
    void shouldGreetByGrpc() throws Exception {
        EventLoopGroup group = new ZcrxEventLoopGroup();
        Server server = NettyServerBuilder.forAddress(ADDRESS)
                .channelType(ZcrxServerSocketChannel.class)
                .bossEventLoopGroup(group)
                .workerEventLoopGroup(group)
                .addService(new Greetings().bind())
                .build()
                .start();

        ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", server.getPort())
                .channelType(ZcrxSocketChannel.class)
                .eventLoopGroup(group)
                .usePlaintext()
                .build();
        assertEquals(
                "Hello World", ClientCalls.blockingUnaryCall(channel, Greetings.GREET, CallOptions.DEFAULT, "World"));
        channel.shutdownNow();
        server.shutdownNow();
        assertTrue(channel.awaitTermination(10, TimeUnit.SECONDS) && server.awaitTermination(10, TimeUnit.SECONDS));
        shutDown(group);
    }

    @Test
    void shouldGreetByReactorNetty() throws Exception {
        ZcrxEventLoopGroup group = new ZcrxEventLoopGroup();
        LoopResources resources = new ZcrxLoopResources(group);
        DisposableServer server = HttpServer.create()
                .runOn(resources)
                .bindAddress(() -> ADDRESS)
                .handle((request, response) -> response.sendString(Mono.just("Hello World")))
                .bindNow();

        HttpClient client = HttpClient.create().runOn(resources);
        assertEquals(
                "Hello World",
                client.get()
                        .uri("http://localhost:" + server.port())
                        .responseContent()
                        .aggregate()
                        .asString()
                        .block(TIMEOUT));
        server.disposeNow(TIMEOUT);
        resources.disposeLater().block(TIMEOUT);

        long received = group.metrics().stream()
                .mapToLong(loop -> loop.copiedBytes() + loop.zeroCopyBytes())
                .sum();
        assertTrue(received > "Hello World".length(), () -> received + " bytes");
    }

    @Test
    void shouldGreetByVertx() throws Exception {
        Vertx vertx = Vertx.builder().withTransport(new ZcrxVertxTransport()).build();

        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        NetClient client = vertx.createNetClient();
        vertx.createNetServer()
                .connectHandler(socket -> socket.end(Buffer.buffer("Hello World")))
                .listen(0, "127.0.0.1")
                .compose(server -> client.connect(server.actualPort(), "127.0.0.1"))
                .onSuccess(socket -> socket.handler(message -> answer.complete(message.getBytes())))
                .onFailure(answer::completeExceptionally);
        assertArrayEquals("Hello World".getBytes(StandardCharsets.UTF_8), Await.result(answer));
        // Vert.x closes a client that nobody refers to any more, with its connections.
        Await.result(client.close().toCompletionStage().toCompletableFuture());
        Await.result(vertx.close().toCompletionStage().toCompletableFuture());
    }

    private static void shutDown(EventLoopGroup group) {
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
