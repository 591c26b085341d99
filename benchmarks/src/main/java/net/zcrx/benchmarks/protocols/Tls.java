// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.protocols;

import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.util.concurrent.atomic.LongAdder;
import net.zcrx.benchmarks.server.HttpHandler;
import net.zcrx.benchmarks.server.Listener;
import net.zcrx.benchmarks.server.Protocol;
import net.zcrx.benchmarks.server.Transport;

/** HTTP/1.1 in TLS, with a certificate that nobody trusts. */
class Tls implements Protocol {
    private final SslProvider provider;

    Tls(SslProvider provider) {
        this.provider = provider;
    }

    @Override
    public final int listen(Transport transport, String address, int port, LongAdder received) throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .ecp256()
                .subject("CN=localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        SslContext context = SslContextBuilder.forServer(
                        certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
                .sslProvider(provider)
                .build();
        return Listener.open(transport, address, port, true, pipeline -> {
            pipeline.addLast(context.newHandler(pipeline.channel().alloc()));
            pipeline.addLast(new HttpServerCodec());
            pipeline.addLast(new HttpHandler(received));
        });
    }
}
