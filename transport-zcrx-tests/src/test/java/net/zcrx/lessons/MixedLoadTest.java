// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import net.zcrx.ZcrxChannelOption;
import net.zcrx.ZcrxIoHandlerConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fast and slow connections together on a small area, buffers held and released on other threads; ends by count. */
class MixedLoadTest {
    private static final int CONNECTIONS = 50;
    private static final int BYTES = 2 << 20;
    private static final long SEED = 20261121;

    /** Some buffers go back at once, some on another thread; reading stops at times until that has come to it. */
    private static final class Mixer extends Recorder {
        private final Random random;
        private final BlockingQueue<Runnable> elsewhere;
        private final CRC32 checksum = new CRC32();
        private int received;

        Mixer(long seed, BlockingQueue<Runnable> elsewhere) {
            random = new Random(seed);
            this.elsewhere = elsewhere;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            checksum.update(buffer.nioBuffer());
            received += buffer.readableBytes();
            switch (random.nextInt(8)) {
                case 0 -> elsewhere.add(buffer::release);
                case 1 -> {
                    ctx.channel().config().setAutoRead(false);
                    elsewhere.add(() -> {
                        buffer.release();
                        ctx.channel().config().setAutoRead(true);
                    });
                }
                case 2 -> {
                    ByteBuf slice = buffer.readRetainedSlice(buffer.readableBytes() / 2);
                    buffer.release();
                    elsewhere.add(slice::release);
                }
                case 3 -> {
                    ctx.channel().config().setAutoRead(false);
                    buffer.release();
                    ctx.channel().config().setAutoRead(true);
                }
                default -> buffer.release();
            }
            if (received == BYTES) {
                event("all");
            }
        }
    }

    private static long send(InetSocketAddress address, long seed) throws IOException {
        Random random = new Random(seed);
        CRC32 checksum = new CRC32();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(60_000);
            for (int left = BYTES; left > 0; ) {
                // Most are short; one in eight is long.
                byte[] part = new byte[Math.min(left, 1 + random.nextInt(random.nextInt(8) == 0 ? 200_000 : 2000))];
                random.nextBytes(part);
                checksum.update(part);
                socket.getOutputStream().write(part);
                left -= part.length;
            }
            socket.shutdownOutput();
            assertEquals(-1, socket.getInputStream().read());
        }
        return checksum.getValue();
    }

    private static void runAll(BlockingQueue<Runnable> tasks) {
        try {
            while (!Thread.interrupted()) {
                tasks.take().run();
            }
        } catch (InterruptedException e) {
            // The end.
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10_000})
    void shouldDeliverEachByteOnce(int grant) throws Exception {
        Loops loops = new Loops(2, new ZcrxIoHandlerConfig().areaBytes(1 << 20).chunkBytes(16 * 1024));
        BlockingQueue<Runnable> elsewhere = new LinkedBlockingQueue<>();
        List<Mixer> mixers = new ArrayList<>();
        List<Future<Long>> checksums = new ArrayList<>();
        ExecutorService senders = Executors.newFixedThreadPool(CONNECTIONS);
        Thread releaser = new Thread(() -> runAll(elsewhere));
        releaser.start();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                Mixer mixer = new Mixer(SEED + i, elsewhere);
                mixers.add(mixer);
                Channel server = loops.server(mixer)
                        .childOption(ZcrxChannelOption.RECEIVE_GRANT, grant)
                        .bind()
                        .sync()
                        .channel();
                InetSocketAddress address = (InetSocketAddress) server.localAddress();
                long seed = SEED - i;
                Callable<Long> sender = () -> send(address, seed);
                checksums.add(senders.submit(sender));
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                assertEquals(
                        checksums.get(i).get(60, TimeUnit.SECONDS),
                        mixers.get(i).checksum.getValue());
                mixers.get(i).awaitEvent("unregistered");
                assertTrue(mixers.get(i).events().contains("all"));
            }
            loops.awaitAllReturned();
        } finally {
            releaser.interrupt();
            releaser.join();
            senders.shutdownNow();
            loops.end();
        }
    }
}
