// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import picocli.CommandLine.Option;

/** The options that turn TLS on. */
final class TlsOptions {
    @Option(names = "--tls-cert", description = "The certificate chain, a PEM file; needs --tls-key.")
    private Path certificate;

    @Option(names = "--tls-key", description = "Its private key, an unencrypted PKCS#8 PEM file.")
    private Path key;

    @Option(names = "--tls-self-signed", description = "TLS with a certificate that is made at the start.")
    private boolean selfSigned;

    /** Returns a sentence that says what is wrong with the options, or {@code null}. */
    String complaint() {
        if ((certificate == null) != (key == null)) {
            return "--tls-cert and --tls-key must be given together.";
        }
        if (selfSigned && certificate != null) {
            return "--tls-self-signed makes its own certificate: leave out --tls-cert and --tls-key.";
        }
        return null;
    }

    boolean wanted() {
        return selfSigned || certificate != null;
    }

    /** The context to serve with, or {@code null} for cleartext. */
    SslContext context(String host) throws ServerException {
        if (!wanted()) {
            return null;
        }
        SslContextBuilder builder = selfSigned ? SelfSigned.serverBuilder(host) : fromFiles();
        try {
            return builder.sslProvider(SslProvider.JDK)
                    .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2,
                            ApplicationProtocolNames.HTTP_1_1))
                    .build();
        } catch (SSLException e) {
            throw new ServerException("TLS cannot be set up with this certificate and key: " + e.getMessage(), e);
        }
    }

    private SslContextBuilder fromFiles() throws ServerException {
        try {
            return SslContextBuilder.forServer(certificate.toFile(), key.toFile());
        } catch (IllegalArgumentException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new ServerException(
                    "The certificate " + certificate + " or its key " + key + " cannot be used (" + cause.getMessage()
                            + "): both must be PEM files, the key unencrypted PKCS#8.",
                    e);
        }
    }
}
