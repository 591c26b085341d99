// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.file.ZcrxFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file on its way to a client, as the handler takes it that writes chunks. */
class RingInputTest {
    private static final int SECONDS = 20;

    private final EventLoopGroup group = new ZcrxEventLoopGroup(1);
    private final EventLoop loop = group.next();
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final byte[] data = new byte[300_001];
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    @TempDir
    Path directory;

    private RingInput input;

    @BeforeEach
    void open() throws Exception {
        new Random(1).nextBytes(data);
        Path path = Files.write(directory.resolve("object"), data);
        ZcrxFile file = ZcrxFile.open(loop, path).get(SECONDS, TimeUnit.SECONDS);
        input = new RingInput(file, data.length);
        input.onReady(this::takeAll);
    }

    @AfterEach
    void shouldHoldNothing() throws Exception {
        loop.submit(input::close).get(SECONDS, TimeUnit.SECONDS);
        group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).get(SECONDS, TimeUnit.SECONDS);
        assertEquals(0, allocator.metric().usedDirectMemory());
    }

    /** As the handler does: until there is nothing more for now. */
    private void takeAll() {
        try {
            ByteBuf piece;
            while (!input.isEndOfInput() && (piece = input.readChunk(allocator)) != null) {
                byte[] bytes = new byte[piece.readableBytes()];
                piece.readBytes(bytes);
                taken.writeBytes(bytes);
                piece.release();
            }
            if (input.isEndOfInput()) {
                end.complete(null);
            }
        } catch (IOException e) {
            end.completeExceptionally(e);
        }
    }

    @Test
    void shouldGiveWholeFile() throws Exception {
        loop.execute(this::takeAll);
        end.get(SECONDS, TimeUnit.SECONDS);
        assertArrayEquals(data, taken.toByteArray());
        assertEquals(data.length, input.length());
        assertEquals(data.length, input.progress());
    }

    @Test
    void shouldFailIfFileBecomesShorter() throws Exception {
        try (FileChannel shorter = FileChannel.open(directory.resolve("object"), StandardOpenOption.WRITE)) {
            shorter.truncate(100_000);
        }
        loop.execute(this::takeAll);
        Throwable failure = Assertions.assertThrows(ExecutionException.class, () -> end.get(SECONDS, TimeUnit.SECONDS));
        assertInstanceOf(EOFException.class, failure.getCause().getCause());
        assertTrue(taken.size() <= 100_000);
    }

    @Test
    void shouldReleaseWhatIsReadWhenClosed() throws Exception {
        loop.submit(() -> {
                    Assertions.assertNull(input.readChunk(allocator));
                    input.close();
                    return Unpooled.EMPTY_BUFFER;
                })
                .get(SECONDS, TimeUnit.SECONDS);
        Await.until(() -> allocator.metric().usedDirectMemory() == 0 ? null : "A piece is held.");
        Assertions.assertFalse(end.isDone());
    }
}
