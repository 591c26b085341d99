// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration;

import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.time.Duration;
import java.time.Instant;

/** A key and a certificate for localhost that trusts itself. */
public final class Certificate {
    private static final X509Bundle BUNDLE = make();

    private Certificate() {}

    private static X509Bundle make() {
        try {
            return new CertificateBuilder()
                    .ecp256()
                    .subject("CN=localhost")
                    .addSanDnsName("localhost")
                    .notBefore(Instant.now().minus(Duration.ofDays(1)))
                    .notAfter(Instant.now().plus(Duration.ofDays(1)))
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException("No certificate could be made.", e);
        }
    }

    public static SslContextBuilder forServer() {
        return SslContextBuilder.forServer(BUNDLE.getKeyPair().getPrivate(), BUNDLE.getCertificatePath());
    }

    public static SslContextBuilder forClient() {
        return SslContextBuilder.forClient().trustManager(BUNDLE.getCertificate());
    }

    /** For programs that have another Netty. */
    public static String keyPem() {
        return BUNDLE.getPrivateKeyPEM();
    }

    public static String certificatePem() {
        return BUNDLE.getCertificatePathPEM();
    }
}
