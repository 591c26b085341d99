// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent.programs;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/** An echo of gRPC with a server and a client as their builders make them. */
final class GrpcProgram {
    static final MethodDescriptor<byte[], byte[]> ECHO = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setRequestMarshaller(new Plain())
            .setResponseMarshaller(new Plain())
            .setType(MethodType.UNARY)
            .setFullMethodName("service/echo")
            .build();

    private static final int LONGEST = 2 * Bytes.COUNT;

    private GrpcProgram() {}

    private static final class Plain implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        Server server = NettyServerBuilder.forPort(0)
                .maxInboundMessageSize(LONGEST)
                .addService(service())
                .build()
                .start();
        ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", server.getPort())
                .usePlaintext()
                .maxInboundMessageSize(LONGEST)
                .build();
        byte[] bytes = Bytes.random();
        byte[] answer = ClientCalls.blockingUnaryCall(channel, ECHO, CallOptions.DEFAULT, bytes);
        channel.shutdown().awaitTermination(10, TimeUnit.SECONDS);
        server.shutdown().awaitTermination(10, TimeUnit.SECONDS);
        Bytes.compare(bytes, answer);
    }

    static ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("service")
                .addMethod(ECHO, ServerCalls.asyncUnaryCall(GrpcProgram::answer))
                .build();
    }

    private static void answer(byte[] request, StreamObserver<byte[]> response) {
        response.onNext(request);
        response.onCompleted();
    }
}
