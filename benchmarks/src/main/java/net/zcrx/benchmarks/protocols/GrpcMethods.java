// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.protocols;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The methods that both sides of gRPC know. Their messages are bytes, which are copied once, as a field of bytes is.
 */
final class GrpcMethods {
    static final String SERVICE = "net.zcrx.Bench";
    static final MethodDescriptor<byte[], byte[]> UNARY = method(MethodType.UNARY, "Unary");
    /** The upload that goes on until the client cancels it. */
    static final MethodDescriptor<byte[], byte[]> UPLOAD = method(MethodType.CLIENT_STREAMING, "Upload");
    /** Messages as long as the request, until the client cancels it. */
    static final MethodDescriptor<byte[], byte[]> DOWNLOAD = method(MethodType.SERVER_STREAMING, "Download");

    private GrpcMethods() {}

    private static MethodDescriptor<byte[], byte[]> method(MethodType type, String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] message) {
            return new KnownBytes(message);
        }

        @Override
        public byte[] parse(InputStream message) {
            try {
                byte[] bytes = new byte[message.available()];
                message.readNBytes(bytes, 0, bytes.length);
                return bytes;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class KnownBytes extends ByteArrayInputStream implements KnownLength {
        KnownBytes(byte[] bytes) {
            super(bytes);
        }
    }
}
