// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import java.util.stream.Stream;
import net.zcrx.integration.Certificate;
import net.zcrx.integration.Loops;
import net.zcrx.integration.Pairing;
import net.zcrx.integration.Payload;
import net.zcrx.servers.Await;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Netty's SslHandler with the JDK's engine and with BoringSSL's, which reads our buffers by their address. */
class TlsTest {
    private static final byte[] SENT = Payload.random(1, 10_000_000);

    static Stream<Arguments> combinations() {
        return Stream.of(Pairing.values())
                .flatMap(pairing -> Stream.of(SslProvider.JDK, SslProvider.OPENSSL)
                        .map(provider -> Arguments.of(pairing, provider)));
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void shouldEcho(Pairing pairing, SslProvider provider) throws Exception {
        SslContext serverContext = Certificate.forServer().sslProvider(provider).build();
        SslContext clientContext = Certificate.forClient().sslProvider(provider).build();
        Collector<ByteBuf> echo = Collector.ofBytes(SENT.length);
        try (Loops server = pairing.server(1);
                Loops client = pairing.client(1);
                Peers peers = Peers.connect(
                        server,
                        pipeline -> pipeline.addLast(
                                serverContext.newHandler(pipeline.channel().alloc()), new Echo()),
                        client,
                        pipeline -> pipeline.addLast(
                                clientContext.newHandler(pipeline.channel().alloc(), "localhost", 0), echo))) {
            peers.client().writeAndFlush(Unpooled.wrappedBuffer(SENT));
            assertArrayEquals(SENT, Await.result(echo.complete()));
        }
    }
}
