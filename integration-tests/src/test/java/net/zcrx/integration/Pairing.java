// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration;

import java.util.function.IntFunction;

/** Who serves and who calls. */
public enum Pairing {
    ZCRX_WITH_ZCRX(Loops::zcrx, Loops::zcrx),
    ZCRX_WITH_NIO_CLIENT(Loops::zcrx, Loops::nio),
    NIO_WITH_ZCRX_CLIENT(Loops::nio, Loops::zcrx),
    /** By shared memory, where all is copied once. */
    SHARED_WITH_SHARED(Loops::shared, Loops::shared),
    /** By TCP to a {@link Gateway}, which hands over to the server what it receives. */
    SHARED_BEHIND_GATEWAY(Loops::shared, Loops::zcrx);

    private final IntFunction<Loops> server;
    private final IntFunction<Loops> client;

    Pairing(IntFunction<Loops> server, IntFunction<Loops> client) {
        this.server = server;
        this.client = client;
    }

    public Loops server(int threads) {
        return server.apply(threads);
    }

    public Loops client(int threads) {
        return client.apply(threads);
    }
}
