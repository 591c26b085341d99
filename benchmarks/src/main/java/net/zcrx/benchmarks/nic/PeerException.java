// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import java.io.IOException;

/** The other side is not what it should be, or is gone. The message is a sentence. */
final class PeerException extends IOException {
    private static final long serialVersionUID = 1;

    PeerException(String message) {
        super(message);
    }
}
