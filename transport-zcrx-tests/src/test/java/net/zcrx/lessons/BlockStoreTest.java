// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static net.zcrx.lessons.TestFiles.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import net.zcrx.blockstore.BlockClient;
import net.zcrx.blockstore.BlockStore;
import net.zcrx.file.ZcrxFile;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The block store in mode COPY, where blocks lie anywhere: what it stores is right however they come. */
@ExtendWith(Invariants.class)
class BlockStoreTest {
    private static final int REQUESTS = 20;
    private static final int BLOCKS = 50;

    @RegisterExtension
    final Loops loops = new Loops(1);

    @TempDir
    Path directory;

    private ZcrxFile open() throws Exception {
        Path path = directory.resolve("blocks");
        OpenOption[] create = {StandardOpenOption.CREATE, StandardOpenOption.WRITE};
        Future<ZcrxFile> direct = ZcrxFile.open(loops.loop(0), path, create[0], create[1], ZcrxFile.DIRECT);
        // Not on tmpfs before Linux 6.6.
        return direct.await(Loops.SECONDS, TimeUnit.SECONDS) && direct.isSuccess()
                ? direct.getNow()
                : get(ZcrxFile.open(loops.loop(0), path, create));
    }

    private static void assertStored(Path path, int requests, int blocks) throws IOException {
        try (FileChannel file = FileChannel.open(path)) {
            for (int request = 0; request < requests; request++) {
                for (int i = 0; i < blocks; i++) {
                    long number = BlockClient.first(request, blocks) + i;
                    ByteBuffer stored = ByteBuffer.allocate(BlockStore.BLOCK);
                    assertEquals(BlockStore.BLOCK, file.read(stored, number * BlockStore.BLOCK));
                    assertArrayEquals(BlockClient.block(number), stored.array(), "block " + number);
                }
            }
        }
    }

    @Test
    void shouldStoreBlocksInPlaceOrCopied() throws Exception {
        ZcrxFile file = open();
        LongAdder inPlace = new LongAdder();
        LongAdder copied = new LongAdder();
        Channel listener = loops.server(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new BlockStore(file, inPlace, copied));
                    }
                })
                .bind()
                .sync()
                .channel();
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            BlockClient.run(socket, REQUESTS, BLOCKS);
        }
        listener.close().sync();
        get(file.close());
        assertEquals(REQUESTS * BLOCKS, inPlace.sum() + copied.sum());
        assertStored(file.path(), REQUESTS, BLOCKS);
    }
}
