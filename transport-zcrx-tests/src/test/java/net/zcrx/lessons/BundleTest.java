package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
    private static final int ROUNDS = 4;
    private static final int SHORT_MESSAGES = 20;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final List<Recorder> recorders = new CopyOnWriteArrayList<>();

    @Test
    void shouldReceiveLongFlowsThatWaitedAndThenShortMessages() throws Exception {
        byte[][] data = new byte[FLOWS][ROUNDS * MIB + SHORT_MESSAGES];
        List<SocketChannel> flows = new ArrayList<>();
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
            int[] sent = new int[FLOWS];
            for (int flow = 0; flow < FLOWS; flow++) {
                new Random(flow).nextBytes(data[flow]);
                flows.add(SocketChannel.open(server.localAddress()));
                loops.await("accepted", () -> recorders.size() == flows.size());
            }
            for (int round = 0; round < ROUNDS; round++) {
                Loops.whileStopped(loops.loop(0), () -> {
                    for (int flow = 0; flow < FLOWS; flow++) {
                        sent[flow] += fill(flows.get(flow), data[flow], sent[flow]);
                    }
                });
                awaitBytes(sent);
            }
            assertTrue(loops.metrics().exhaustions() > 0, "Memory was never short: this tests nothing.");
            for (int message = 0; message < SHORT_MESSAGES; message++) {
                for (int flow = 0; flow < FLOWS; flow++) {
                    sent[flow] += flows.get(flow).write(ByteBuffer.wrap(data[flow], sent[flow], 1));
                }
                awaitBytes(sent);
            }
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

    private void awaitBytes(int[] sent) throws InterruptedException {
        for (int flow = 0; flow < FLOWS; flow++) {
            recorders.get(flow).awaitBytes(sent[flow]);
        }
    }

    /** Sends what is at {@code from} until the kernel takes no more, at most 1 MiB; returns how much. */
    private static int fill(SocketChannel flow, byte[] data, int from) throws Exception {
        flow.configureBlocking(false);
        ByteBuffer part = ByteBuffer.wrap(data, from, Math.min(MIB, data.length - SHORT_MESSAGES - from));
        while (part.hasRemaining() && flow.write(part) > 0) {}
        return part.position() - from;
    }
}
