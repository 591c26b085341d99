// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;

/** The kinds of address that a channel may have. */
final class Addresses {
    private Addresses() {}

    /**
     * The address, if a Unix socket can have it.
     *
     * @throws IllegalArgumentException if not
     */
    static DomainSocketAddress checked(SocketAddress address) {
        if (!(address instanceof DomainSocketAddress domain)) {
            throw new IllegalArgumentException(
                    "A shared-memory channel has a DomainSocketAddress, not " + address + '.');
        }
        if (domain.path().indexOf(0, 1) > 0) {
            throw new IllegalArgumentException("The path of a Unix socket ends at a zero character, so "
                    + domain.path().replace('\0', '@') + " would be another one.");
        }
        return domain;
    }
}
