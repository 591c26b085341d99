// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Long flows that waited for memory are received many chunks at a time: nothing may be lost, or change places. */
class BundleTest {
    private static final int MIB = 1 << 20;
    private static final int FLOWS = 4;
    private static final int ROUNDS = 8;
    private static final int SHORT_MESSAGES = 20;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final List<Recorder> recorders = new CopyOnWriteArrayList<>();
    private final Random random = new Random(1);
    private final byte[][] data = new byte[FLOWS][ROUNDS * MIB + SHORT_MESSAGES];
    private final List<SocketChannel> flows = new ArrayList<>();
    /** Bytes of each flow. */
    private final int[] sent = new int[FLOWS];

    @Test
    void shouldReceiveLongFlowsThatWaitedAndThenShortMessages() throws Exception {
        Channel server = loops.server(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        Recorder recorder = new Recorder();
                        recorders.add(recorder);
                        channel.pipeline().addLast(recorder);
                    }
                })
                .bind()
                .sync()
                .channel();
        try {
            for (int flow = 0; flow < FLOWS; flow++) {
                random.nextBytes(data[flow]);
                flows.add(SocketChannel.open(server.localAddress()));
                loops.await("accepted", () -> recorders.size() == flows.size());
            }
            sendMuch();
            assertTrue(loops.metrics().exhaustions() > 0, "Memory was never short: this tests nothing.");
            assertEquals(0, loops.metrics().completionQueueFull(), "The completion queue was never full.");
            sendShortMessages();
            for (int flow = 0; flow < FLOWS; flow++) {
                assertArrayEquals(
                        Arrays.copyOf(data[flow], sent[flow]),
                        recorders.get(flow).received());
            }
        } finally {
            for (SocketChannel flow : flows) {
                flow.close();
            }
            server.close().sync();
        }
    }

    private void sendMuch() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Loops.whileStopped(loops.loop(0), () -> {
                for (int flow = 0; flow < FLOWS; flow++) {
                    int most = MIB - random.nextInt(MIB / 2);
                    sent[flow] += Loops.fill(flows.get(flow), ByteBuffer.wrap(data[flow], sent[flow], most));
                }
            });
            awaitBytes();
        }
    }

    private void sendShortMessages() throws Exception {
        for (int message = 0; message < SHORT_MESSAGES; message++) {
            for (int flow = 0; flow < FLOWS; flow++) {
                sent[flow] += flows.get(flow).write(ByteBuffer.wrap(data[flow], sent[flow], 1));
            }
            awaitBytes();
        }
    }

    private void awaitBytes() throws InterruptedException {
        for (int flow = 0; flow < FLOWS; flow++) {
            recorders.get(flow).awaitBytes(sent[flow]);
        }
    }
}
