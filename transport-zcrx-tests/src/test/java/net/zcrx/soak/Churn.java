// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Connections that come, say something and go: ended, reset, before a byte, in mid-message, or when the loop ends. */
final class Churn implements Scenario {
    private static final int TURNS = 20;
    private static final int AT_ONCE = 10;
    private static final int MAX_LENGTH = 64 * 1024;

    @Override
    public void round(Random random, Tally tally) throws Exception {
        List<Socket> open = new ArrayList<>();
        try (Server server = new Server(2, 0, 4 << 20, new Echo())) {
            for (int turn = 0; turn < TURNS; turn++) {
                List<Socket> peers = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    peers.add(server.connect(tally));
                }
                for (Socket peer : peers) {
                    use(peer, random, tally);
                    if (turn == TURNS - 1) {
                        open.add(peer);
                    } else {
                        end(peer, random, tally);
                    }
                }
            }
            tally.add(Tally.Item.GROUPS, 1);
        } finally {
            for (Socket peer : open) {
                peer.close();
            }
        }
    }

    private static void use(Socket peer, Random random, Tally tally) throws Exception {
        int key = random.nextInt();
        int length = random.nextInt(MAX_LENGTH);
        switch (random.nextInt(4)) {
            case 0:
                return;
            case 1:
                // Not read.
                peer.getOutputStream().write(Pattern.bytes(0, length, key));
                return;
            default:
                peer.getOutputStream().write(Pattern.bytes(0, length, key));
                Pattern.expect(peer.getInputStream(), 0, length, key);
                tally.add(Tally.Item.BYTES, length);
        }
    }

    private static void end(Socket peer, Random random, Tally tally) throws Exception {
        if (random.nextBoolean()) {
            peer.setSoLinger(true, 0);
            tally.add(Tally.Item.RESETS, 1);
        }
        peer.close();
    }
}
