// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.protocols;

import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;
import net.zcrx.benchmarks.server.Protocol;
import net.zcrx.benchmarks.server.Transport;

/** gRPC, on the event loops alone. */
public final class Grpc implements Protocol {
    @Override
    public int listen(Transport transport, String address, int port, LongAdder received) throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(address, port))
                .channelType(transport.serverChannel())
                .bossEventLoopGroup(transport.group())
                .workerEventLoopGroup(transport.group())
                .directExecutor()
                .addService(service(received));
        transport.configure(builder::withChildOption);
        return builder.build().start().getPort();
    }

    private static ServerServiceDefinition service(LongAdder received) {
        return ServerServiceDefinition.builder(GrpcMethods.SERVICE)
                .addMethod(GrpcMethods.UNARY, ServerCalls.asyncUnaryCall((request, responses) -> {
                    received.add(request.length);
                    responses.onNext(request);
                    responses.onCompleted();
                }))
                .addMethod(GrpcMethods.UPLOAD, ServerCalls.asyncClientStreamingCall(responses -> new Counter(received)))
                .addMethod(GrpcMethods.DOWNLOAD, ServerCalls.asyncServerStreamingCall(Grpc::download))
                .build();
    }

    private static void download(byte[] request, StreamObserver<byte[]> responses) {
        ServerCallStreamObserver<byte[]> call = (ServerCallStreamObserver<byte[]>) responses;
        call.setOnReadyHandler(() -> {
            while (call.isReady()) {
                call.onNext(request);
            }
        });
        // Without it, a call that the client ends is an error in the log.
        call.setOnCancelHandler(() -> {});
    }

    private record Counter(LongAdder received) implements StreamObserver<byte[]> {
        @Override
        public void onNext(byte[] request) {
            received.add(request.length);
        }

        @Override
        public void onError(Throwable cause) {
            // The client has ended its measurement.
        }

        @Override
        public void onCompleted() {
            // The client ends a stream by cancelling it.
        }
    }
}
