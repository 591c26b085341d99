// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.UnaryOperator;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Route;
import net.zcrx.servers.Await;

/** A server with an {@link EchoService} and one client of it. */
final class GrpcConnection implements AutoCloseable {
    static final int MAX_MESSAGE_BYTES = 65 << 20;

    private final EchoService service = new EchoService();
    private final Server server;
    private final Route route;
    private final ManagedChannel channel;

    /** Both without TLS. */
    static GrpcConnection open(Loops serverLoops, Loops clientLoops) throws IOException {
        return new GrpcConnection(serverLoops, clientLoops, server -> server, NettyChannelBuilder::usePlaintext);
    }

    GrpcConnection(
            Loops serverLoops,
            Loops clientLoops,
            UnaryOperator<NettyServerBuilder> serverSettings,
            UnaryOperator<NettyChannelBuilder> clientSettings)
            throws IOException {
        NettyServerBuilder serverBuilder = NettyServerBuilder.forAddress(serverLoops.newAddress());
        server = serve(service, serverSettings.apply(serverBuilder), serverLoops);
        route = Route.to(server.getListenSockets().get(0), serverLoops, clientLoops);
        channel = connect(clientSettings.apply(clientOf(route.address())), clientLoops);
    }

    static NettyChannelBuilder clientOf(SocketAddress server) {
        return server instanceof InetSocketAddress tcp
                ? NettyChannelBuilder.forAddress("localhost", tcp.getPort())
                : NettyChannelBuilder.forAddress(server).overrideAuthority("localhost");
    }

    static Server serve(EchoService service, NettyServerBuilder builder, Loops loops) throws IOException {
        return builder.channelType(loops.serverChannel())
                .bossEventLoopGroup(loops.group())
                .workerEventLoopGroup(loops.group())
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .addService(service.define())
                .build()
                .start();
    }

    static ManagedChannel connect(NettyChannelBuilder builder, Loops loops) {
        return builder.channelType(loops.channel(), loops.newAddress().getClass())
                .eventLoopGroup(loops.group())
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
    }

    EchoService service() {
        return service;
    }

    ManagedChannel channel() {
        return channel;
    }

    ClientCall<byte[], byte[]> call(MethodDescriptor<byte[], byte[]> method) {
        return call(method, CallOptions.DEFAULT);
    }

    ClientCall<byte[], byte[]> call(MethodDescriptor<byte[], byte[]> method, CallOptions options) {
        return channel.newCall(method, options);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
        Await.until(() -> channel.isTerminated() && server.isTerminated(), () -> "gRPC does not end.");
        route.close();
    }
}
