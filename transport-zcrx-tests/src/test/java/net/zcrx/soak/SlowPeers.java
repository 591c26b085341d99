// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Peers that send and do not read, or are silent, beside others that must not feel it; then the loops end. */
final class SlowPeers implements Scenario {
    private static final int SLOW = 12;
    private static final int LIVELY = 4;
    private static final int MESSAGES = 20;
    private static final int MAX_LENGTH = 32 * 1024;
    private static final int FLOOD = 1 << 20;

    @Override
    public void round(Random random, Tally tally) throws Exception {
        List<SocketChannel> slow = new ArrayList<>();
        List<Socket> lively = new ArrayList<>();
        try (Server server = new Server(2, 0, 8 << 20, new Echo())) {
            for (int i = 0; i < SLOW; i++) {
                SocketChannel peer = SocketChannel.open(server.address());
                slow.add(peer);
                tally.add(Tally.Item.CONNECTIONS, 1);
                if (i % 3 > 0) {
                    flood(peer);
                }
            }
            for (int i = 0; i < LIVELY; i++) {
                lively.add(server.connect(tally));
            }
            talk(lively, random, tally);
            for (SocketChannel peer : slow) {
                if (random.nextInt(3) == 0) {
                    peer.socket().setSoLinger(true, 0);
                    peer.close();
                    tally.add(Tally.Item.RESETS, 1);
                }
            }
            tally.add(Tally.Item.GROUPS, 1);
        } finally {
            for (SocketChannel peer : slow) {
                peer.close();
            }
            for (Socket peer : lively) {
                peer.close();
            }
        }
    }

    private static void talk(List<Socket> lively, Random random, Tally tally) throws Exception {
        long[] positions = new long[LIVELY];
        for (int message = 0; message < MESSAGES; message++) {
            int i = random.nextInt(LIVELY);
            int length = 1 + random.nextInt(MAX_LENGTH);
            lively.get(i).getOutputStream().write(Pattern.bytes(positions[i], length, i));
            Pattern.expect(lively.get(i).getInputStream(), positions[i], length, i);
            positions[i] += length;
            tally.add(Tally.Item.BYTES, length);
        }
    }

    /** As much as is taken at once, and as much again after a while: the way there and back is full then, or nearly. */
    private static void flood(SocketChannel peer) throws Exception {
        peer.configureBlocking(false);
        for (int i = 0; i < 2; i++) {
            ByteBuffer data = ByteBuffer.wrap(Pattern.bytes(0, FLOOD, i));
            while (data.hasRemaining() && peer.write(data) > 0) {
                Thread.yield();
            }
        }
    }
}
