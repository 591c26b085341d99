// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import java.io.IOException;
import java.net.Socket;

/** What a connection's peer does in several tests. */
final class Peers {
    private static final int MIB = 1 << 20;

    private Peers() {}

    /** Reads as fast as it can, until the connection ends in whatever way. */
    static void skipAll(Socket peer) {
        byte[] buffer = new byte[MIB];
        try {
            // A timeout would look like an end.
            peer.setSoTimeout(0);
            while (peer.getInputStream().read(buffer) >= 0) {
                // Whatever it is.
            }
        } catch (IOException e) {
            // A reset is an end, too.
        }
    }
}
