// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.UnaryOperator;
import net.zcrx.integration.Await;
import net.zcrx.integration.Loops;

/** A server with an {@link EchoService} and one client of it. */
final class GrpcConnection implements AutoCloseable {
    static final int MAX_MESSAGE_BYTES = 65 << 20;

    private final EchoService service = new EchoService();
    private final Server server;
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
        NettyServerBuilder serverBuilder = NettyServerBuilder.forAddress(new InetSocketAddress(NetUtil.LOCALHOST4, 0));
        server = serve(service, serverSettings.apply(serverBuilder), serverLoops);
        channel = connect(
                clientSettings.apply(NettyChannelBuilder.forAddress("localhost", server.getPort())), clientLoops);
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
        return builder.channelType(loops.channel(), InetSocketAddress.class)
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
    }
}
