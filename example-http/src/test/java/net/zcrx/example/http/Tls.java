// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** The client's side of TLS, by the JDK; it trusts whatever certificate comes. */
final class Tls {
    private Tls() {}

    /** Connects by one version of TLS, such as {@code TLSv1.3}, and offers no protocol by ALPN. */
    static Socket connect(ServerProcess server, String version) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.port());
        socket.setEnabledProtocols(new String[] {version});
        socket.startHandshake();
        return socket;
    }
}
