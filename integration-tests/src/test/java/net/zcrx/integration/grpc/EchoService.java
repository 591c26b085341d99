// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/** Answers with the bytes that it got, by a method of each kind. */
public final class EchoService {
    static final int PART_BYTES = 100_000;

    /** Answers with the request. */
    public static final MethodDescriptor<byte[], byte[]> UNARY = method(MethodType.UNARY, "Unary");

    /** Answers with all requests in one. */
    static final MethodDescriptor<byte[], byte[]> COLLECT = method(MethodType.CLIENT_STREAMING, "Collect");

    /** As {@link #COLLECT}, but takes the requests only as {@link #take(int)} allows it. */
    static final MethodDescriptor<byte[], byte[]> COLLECT_SLOWLY = method(MethodType.CLIENT_STREAMING, "CollectSlowly");

    /** Answers with the request in parts of {@link #PART_BYTES}. */
    static final MethodDescriptor<byte[], byte[]> SPLIT = method(MethodType.SERVER_STREAMING, "Split");

    /** Answers each request with itself. */
    static final MethodDescriptor<byte[], byte[]> EACH = method(MethodType.BIDI_STREAMING, "Each");

    /** Never answers. */
    static final MethodDescriptor<byte[], byte[]> NEVER = method(MethodType.UNARY, "Never");

    private final CompletableFuture<ServerCallStreamObserver<byte[]>> slowCall = new CompletableFuture<>();
    private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

    private static MethodDescriptor<byte[], byte[]> method(MethodType type, String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName("net.zcrx.Echo", name))
                .setRequestMarshaller(new BytesMarshaller())
                .setResponseMarshaller(new BytesMarshaller())
                .build();
    }

    public ServerServiceDefinition define() {
        return ServerServiceDefinition.builder("net.zcrx.Echo")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall(EchoService::unary))
                .addMethod(COLLECT, ServerCalls.asyncClientStreamingCall(Collector::new))
                .addMethod(COLLECT_SLOWLY, ServerCalls.asyncClientStreamingCall(this::collectSlowly))
                .addMethod(SPLIT, ServerCalls.asyncServerStreamingCall(EchoService::split))
                .addMethod(EACH, ServerCalls.asyncBidiStreamingCall(EchoService::each))
                .addMethod(NEVER, ServerCalls.asyncUnaryCall(this::never))
                .build();
    }

    /** Completes when a call of {@link #NEVER} or {@link #COLLECT_SLOWLY} was cancelled. */
    CompletableFuture<Void> cancelled() {
        return cancelled;
    }

    /** Completes when a call of {@link #COLLECT_SLOWLY} is there. */
    CompletableFuture<?> slowCallStarted() {
        return slowCall;
    }

    /** Lets the call of {@link #COLLECT_SLOWLY} take so many requests more. */
    void take(int requests) {
        slowCall.thenAccept(call -> call.request(requests));
    }

    private static void unary(byte[] request, StreamObserver<byte[]> responses) {
        responses.onNext(request);
        responses.onCompleted();
    }

    private StreamObserver<byte[]> collectSlowly(StreamObserver<byte[]> responses) {
        ServerCallStreamObserver<byte[]> call = (ServerCallStreamObserver<byte[]>) responses;
        call.disableAutoRequest();
        call.setOnCancelHandler(() -> cancelled.complete(null));
        slowCall.complete(call);
        return new Collector(responses);
    }

    private static void split(byte[] request, StreamObserver<byte[]> responses) {
        for (int start = 0; start < request.length; start += PART_BYTES) {
            responses.onNext(Arrays.copyOfRange(request, start, Math.min(request.length, start + PART_BYTES)));
        }
        responses.onCompleted();
    }

    private static StreamObserver<byte[]> each(StreamObserver<byte[]> responses) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] request) {
                responses.onNext(request);
            }

            @Override
            public void onError(Throwable cause) {
                // The call is over for the client, who alone can have caused it.
            }

            @Override
            public void onCompleted() {
                responses.onCompleted();
            }
        };
    }

    private void never(byte[] request, StreamObserver<byte[]> responses) {
        ((ServerCallStreamObserver<byte[]>) responses).setOnCancelHandler(() -> cancelled.complete(null));
    }

    private static final class Collector implements StreamObserver<byte[]> {
        private final StreamObserver<byte[]> responses;
        private final ByteArrayOutputStream all = new ByteArrayOutputStream();

        Collector(StreamObserver<byte[]> responses) {
            this.responses = responses;
        }

        @Override
        public void onNext(byte[] request) {
            all.writeBytes(request);
        }

        @Override
        public void onError(Throwable cause) {
            // The call is over for the client, who alone can have caused it.
        }

        @Override
        public void onCompleted() {
            responses.onNext(all.toByteArray());
            responses.onCompleted();
        }
    }

    private static final class BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message) {
            try {
                return message.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
