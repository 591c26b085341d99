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

/**
 * An echo of gRPC with a server and a client as their builders make them: both in one process, or one of them, with
 * {@code server PORT}, which ends with its standard input, or {@code client HOST PORT}.
 */
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
        String part = arguments.length == 0 ? "both" : arguments[0];
        if (part.equals("client")) {
            call(arguments[1], Integer.parseInt(arguments[2]));
            return;
        }
        Server server = NettyServerBuilder.forPort(part.equals("server") ? Integer.parseInt(arguments[1]) : 0)
                .maxInboundMessageSize(LONGEST)
                .addService(service())
                .build()
                .start();
        if (part.equals("server")) {
            System.out.println("listening");
            System.in.readAllBytes();
        } else {
            call("localhost", server.getPort());
        }
        server.shutdown().awaitTermination(10, TimeUnit.SECONDS);
    }

    private static void call(String host, int port) throws InterruptedException {
        ManagedChannel channel = NettyChannelBuilder.forAddress(host, port)
                .usePlaintext()
                .maxInboundMessageSize(LONGEST)
                .build();
        byte[] bytes = Bytes.random();
        byte[] answer = ClientCalls.blockingUnaryCall(channel, ECHO, CallOptions.DEFAULT, bytes);
        channel.shutdown().awaitTermination(10, TimeUnit.SECONDS);
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
