// SPDX-License-Identifier: Apache-2.0
package net.zcrx.soak;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A server is killed in mid-transfer: its peers learn of it, what they got is right, and the port is free again. */
final class Kills implements Scenario {
    private static final int PEERS = 4;
    private static final int PIECE = 64 * 1024;

    private int port;

    @Override
    public void round(Random random, Tally tally) throws Exception {
        try (Jvm server = new Jvm(List.of(), KillTarget.class, Integer.toString(port))) {
            port = Integer.parseInt(server.await("port"));
            List<CompletableFuture<Long>> flows = new ArrayList<>();
            for (int key = 0; key < PEERS; key++) {
                int peer = key;
                flows.add(CompletableFuture.supplyAsync(() -> flow(peer), task -> new Thread(task).start()));
                tally.add(Tally.Item.CONNECTIONS, 1);
            }
            Thread.sleep(200 + random.nextInt(800));
            server.kill();
            for (CompletableFuture<Long> flow : flows) {
                tally.add(Tally.Item.BYTES, flow.get(Server.SECONDS, TimeUnit.SECONDS));
            }
        }
        tally.add(Tally.Item.KILLS, 1);
        tally.add(Tally.Item.ROUNDS, 1);
    }

    /** Echoes until the server is gone; returns how many bytes came back, all of them right. */
    private long flow(int key) {
        long position = 0;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(Server.SECONDS * 1000 / 2);
            while (true) {
                socket.getOutputStream().write(Pattern.bytes(position, PIECE, key));
                byte[] got = socket.getInputStream().readNBytes(PIECE);
                Pattern.expect(got, position, key);
                position += got.length;
                if (got.length < PIECE) {
                    return position;
                }
            }
        } catch (SocketTimeoutException e) {
            throw new IllegalStateException("A peer does not learn that the server was killed.", e);
        } catch (IOException e) {
            // Reset, which is how a kernel tells.
            return position;
        }
    }
}
