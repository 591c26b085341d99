// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import java.util.Locale;

/** The transports, best first: the order in which they are tried when none was asked for. */
enum TransportName {
    ZCRX,
    IO_URING,
    EPOLL,
    NIO;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
