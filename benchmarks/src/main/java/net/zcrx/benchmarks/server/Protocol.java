// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.server;

import java.util.concurrent.atomic.LongAdder;

/** The work of a port of the server on its connections. */
public interface Protocol {
    /**
     * Begins to listen.
     *
     * @param port 0 for any
     * @param received where the bytes that come are counted
     * @return the port
     * @throws Exception if that cannot be; it says why
     */
    int listen(Transport transport, String address, int port, LongAdder received) throws Exception;
}
