// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.grpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import net.zcrx.integration.Certificate;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Payload;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls over TLS, by each engine. */
class GrpcTlsTest {
    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void shouldCall(SslProvider provider) throws Exception {
        SslContext serverContext =
                GrpcSslContexts.configure(Certificate.forServer(), provider).build();
        SslContext clientContext =
                GrpcSslContexts.configure(Certificate.forClient(), provider).build();
        try (Loops server = Loops.zcrx(2);
                Loops client = Loops.zcrx(2);
                GrpcConnection connection = new GrpcConnection(
                        server, client, s -> s.sslContext(serverContext), c -> c.sslContext(clientContext))) {
            byte[] request = Payload.random(1, 4 << 20);
            assertArrayEquals(request, GrpcCallsTest.unary(connection, request));
            GrpcCallsTest.assertEcho(connection, Payload.random(2, 2_000_000));
        }
    }
}
