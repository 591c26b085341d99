// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration;

import java.net.SocketAddress;

/**
 * How a client reaches a server: straight, or through a {@link Gateway} if the server is one of shared memory, and the
 * client is not.
 */
public final class Route implements AutoCloseable {
    private final SocketAddress server;
    /** {@code null} if there is none. */
    private final Gateway gateway;

    private Route(SocketAddress server, Gateway gateway) {
        this.server = server;
        this.gateway = gateway;
    }

    public static Route to(SocketAddress server, Loops serverLoops, Loops clientLoops) {
        boolean straight = serverLoops.isShared() == clientLoops.isShared();
        return new Route(server, straight ? null : Gateway.to(server));
    }

    /** What the client connects to. */
    public SocketAddress address() {
        return gateway == null ? server : gateway.address();
    }

    @Override
    public void close() {
        if (gateway != null) {
            gateway.close();
        }
    }
}
