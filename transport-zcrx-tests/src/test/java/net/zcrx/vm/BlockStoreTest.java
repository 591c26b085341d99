// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxMetrics;
import net.zcrx.ZcrxServerSocketChannel;
import net.zcrx.blockstore.BlockClient;
import net.zcrx.blockstore.BlockStore;
import net.zcrx.file.ZcrxFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks go from the wire to the device, and no processor touches them on the way. */
@Tag("vm")
class BlockStoreTest {
    private static final int REQUESTS = 256;
    /** A request of 32 KiB is within the first windows of both ends. In one of more, TCP may cut a segment short. */
    private static final int BLOCKS = 7;

    private static final int SECONDS = 30;

    @TempDir
    private Path directory;

    private ZcrxEventLoopGroup group;

    @BeforeEach
    void prepare() throws Exception {
        // Its MTU lets a payload fill a page exactly.
        Nic.up();
        group = new ZcrxEventLoopGroup(1, Server.zeroCopy());
    }

    @AfterEach
    void end() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void shouldStoreBlocksFromPagesOfNic() throws Exception {
        ZcrxFile file = open();
        LongAdder inPlace = new LongAdder();
        LongAdder copied = new LongAdder();
        serve(() -> new BlockStore(file, inPlace, copied));
        try (Command client = Child.start(
                List.of("nic-peer"),
                BlockClient.class,
                Nic.ADDRESS,
                Integer.toString(Nic.PORT),
                Integer.toString(REQUESTS),
                Integer.toString(BLOCKS))) {
            assertTrue(client.endsWell().contains("stored " + REQUESTS * BLOCKS), client::output);
        }
        Waiting.await(() -> "all pages back: " + metrics(), () -> metrics().heldFragments() == 0);
        file.close().get(SECONDS, TimeUnit.SECONDS);
        ZcrxMetrics metrics = metrics();
        long bytes = (long) REQUESTS * (BLOCKS + 1) * BlockStore.BLOCK;
        assertEquals(bytes, metrics.zeroCopyBytes(), metrics::toString);
        assertEquals(0, metrics.copiedBytes(), metrics::toString);
        assertEquals(0, metrics.copiedOutBytes(), metrics::toString);
        assertEquals((long) REQUESTS * BLOCKS * BlockStore.BLOCK, metrics.fileWrittenBytes(), metrics::toString);
        assertEquals(0, copied.sum(), metrics::toString);
        assertEquals(REQUESTS * BLOCKS, inPlace.sum(), metrics::toString);
        assertStored(file.path());
    }

    private ZcrxFile open() throws Exception {
        return ZcrxFile.open(
                        group.next(),
                        directory.resolve("blocks"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        ZcrxFile.DIRECT)
                .get(SECONDS, TimeUnit.SECONDS);
    }

    private void serve(Supplier<BlockStore> store) throws InterruptedException {
        new ServerBootstrap()
                .group(group)
                .channel(ZcrxServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(store.get());
                    }
                })
                .bind(Nic.PORT)
                .sync();
    }

    private ZcrxMetrics metrics() {
        return group.metrics().get(0);
    }

    private static void assertStored(Path path) throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            byte[] stored = new byte[BlockStore.BLOCK];
            for (int request = 0; request < REQUESTS; request++) {
                for (int i = 0; i < BLOCKS; i++) {
                    long number = BlockClient.first(request, BLOCKS) + i;
                    file.seek(number * BlockStore.BLOCK);
                    file.readFully(stored);
                    assertArrayEquals(BlockClient.block(number), stored, "block " + number);
                }
            }
        }
    }
}
