// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.zcrx.ZcrxIoHandlerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Long flows whose data the kernel has, and that want more memory than there is, get it in turns. */
class FairnessTest {
    private static final int MIB = 1 << 20;
    private static final int FLOWS = 4;

    private Loops loops;

    @AfterEach
    void end() throws Exception {
        loops.end();
    }

    @Test
    void shouldServeLongFlowsInTurns() throws Exception {
        loops = new Loops(1, new ZcrxIoHandlerConfig().areaBytes(MIB).chunkBytes(4096));
        Recorder recorder = new Recorder();
        List<SocketChannel> flows = new ArrayList<>();
        Channel server = loops.server(recorder).bind().sync().channel();
        try {
            for (int flow = 0; flow < FLOWS; flow++) {
                flows.add(SocketChannel.open(server.localAddress()));
                // So that the kernel has room for more of each below.
                flows.get(flow).write(ByteBuffer.allocate(MIB));
            }
            recorder.awaitBytes(FLOWS * MIB);
            int[] unread = new int[FLOWS];
            Loops.whileStopped(loops.loop(0), () -> {
                for (int flow = 0; flow < FLOWS; flow++) {
                    byte[] data = new byte[2 * MIB];
                    Arrays.fill(data, (byte) flow);
                    unread[flow] = Loops.fill(flows.get(flow), ByteBuffer.wrap(data));
                }
            });
            int total = Arrays.stream(unread).sum();
            int least = Arrays.stream(unread).min().orElseThrow();
            assertTrue(least >= MIB / 2, "The kernel took no more than " + Arrays.toString(unread));

            byte[] received = recorder.awaitBytes(FLOWS * MIB + total);
            assertTrue(loops.metrics().exhaustions() > 0, "Memory was never short: this tests nothing.");
            int[] read = new int[FLOWS];
            for (int i = FLOWS * MIB; Arrays.stream(read).max().orElseThrow() < least; i++) {
                read[received[i]]++;
            }
            assertTrue(Arrays.stream(read).min().orElseThrow() >= least / 2, "In turns: " + Arrays.toString(read));
        } finally {
            for (SocketChannel flow : flows) {
                flow.close();
            }
            server.close().sync();
        }
    }
}
