// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.protocols;

import io.netty.handler.ssl.SslProvider;

/** TLS of BoringSSL, by netty-tcnative: it reads buffers by their address. */
public final class TlsTcnative extends Tls {
    public TlsTcnative() {
        super(SslProvider.OPENSSL);
    }
}
