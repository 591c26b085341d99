// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "quick", description = "The chief patterns, in at most five minutes.")
final class QuickCommand extends LoopbackCommand {
    @Override
    boolean isQuick() {
        return true;
    }

    @Override
    List<Peer> defaultPeers() {
        return List.of(Peer.EPOLL, Peer.IO_URING, Peer.IO_URING_RING, Peer.ZCRX);
    }

    @Override
    int defaultRounds() {
        return 3;
    }

    @Override
    double defaultSeconds() {
        return 0.6;
    }
}
