// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.protocols;

import io.netty.handler.ssl.SslProvider;

/** TLS of the JDK, in Java. */
public final class TlsJdk extends Tls {
    public TlsJdk() {
        super(SslProvider.JDK);
    }
}
