// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The gRPC service of the examples, without generated code. */
final class Greetings implements MethodDescriptor.Marshaller<String> {
    static final MethodDescriptor<String, String> GREET = MethodDescriptor.<String, String>newBuilder()
            .setType(MethodType.UNARY)
            .setFullMethodName("Greetings/Greet")
            .setRequestMarshaller(new Greetings())
            .setResponseMarshaller(new Greetings())
            .build();

    ServerServiceDefinition bind() {
        return ServerServiceDefinition.builder("Greetings")
                .addMethod(GREET, ServerCalls.asyncUnaryCall((name, answers) -> {
                    answers.onNext("Hello " + name);
                    answers.onCompleted();
                }))
                .build();
    }

    @Override
    public InputStream stream(String message) {
        return new ByteArrayInputStream(message.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream message) {
        try {
            return new String(message.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
