// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "full", description = "All patterns and all peers; takes many hours.")
final class FullCommand extends LoopbackCommand {
    @Override
    boolean isQuick() {
        return false;
    }

    @Override
    List<Peer> defaultPeers() {
        return List.of(Peer.values());
    }

    @Override
    int defaultRounds() {
        return 9;
    }

    @Override
    double defaultSeconds() {
        return 2;
    }
}
