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
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * An echo and an upload of gRPC with a server and a client as their builders make them. With {@code client HOST PORT}
 * it is the client alone. The methods have the names that the client of our benchmarks calls.
 */
final class GrpcProgram implements ServerProgram {
    private static final String SERVICE = "net.zcrx.Bench";

    static final MethodDescriptor<byte[], byte[]> UNARY = method(MethodType.UNARY, "Unary");
    private static final MethodDescriptor<byte[], byte[]> STREAM = method(MethodType.CLIENT_STREAMING, "Upload");

    private static final int LONGEST = 2 * Bytes.COUNT;

    private Server server;

    private static MethodDescriptor<byte[], byte[]> method(MethodType type, String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setRequestMarshaller(new Plain())
                .setResponseMarshaller(new Plain())
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .build();
    }

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
        if (arguments.length > 0 && arguments[0].equals("client")) {
            byte[] bytes = Bytes.random();
            Bytes.compare(bytes, call(arguments[1], Integer.parseInt(arguments[2]), bytes));
        } else {
            ServerProgram.run(new GrpcProgram(), arguments);
        }
    }

    /** On all addresses: its client may be on another machine. */
    @Override
    public int start(int port) throws IOException {
        server = NettyServerBuilder.forPort(port)
                .maxInboundMessageSize(LONGEST)
                .addService(service())
                .build()
                .start();
        return server.getPort();
    }

    @Override
    public byte[] exchange(int port, byte[] bytes) throws InterruptedException {
        return call("localhost", port, bytes);
    }

    @Override
    public void stop() throws InterruptedException {
        server.shutdown().awaitTermination(10, TimeUnit.SECONDS);
    }

    private static byte[] call(String host, int port, byte[] bytes) throws InterruptedException {
        ManagedChannel channel = NettyChannelBuilder.forAddress(host, port)
                .usePlaintext()
                .maxInboundMessageSize(LONGEST)
                .build();
        byte[] answer = ClientCalls.blockingUnaryCall(channel, UNARY, CallOptions.DEFAULT, bytes);
        channel.shutdown().awaitTermination(10, TimeUnit.SECONDS);
        return answer;
    }

    static ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(SERVICE)
                .addMethod(UNARY, ServerCalls.asyncUnaryCall(GrpcProgram::answer))
                .addMethod(STREAM, ServerCalls.asyncClientStreamingCall(Upload::new))
                .build();
    }

    private static void answer(byte[] request, StreamObserver<byte[]> response) {
        response.onNext(request);
        response.onCompleted();
    }

    private static final class Upload implements StreamObserver<byte[]> {
        private final StreamObserver<byte[]> response;
        private long received;

        Upload(StreamObserver<byte[]> response) {
            this.response = response;
        }

        @Override
        public void onNext(byte[] message) {
            received += message.length;
        }

        @Override
        public void onError(Throwable cause) {
            // The client has cancelled the call, as benchmarks do at their end.
        }

        @Override
        public void onCompleted() {
            answer(Long.toString(received).getBytes(StandardCharsets.US_ASCII), response);
        }
    }
}
