// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import net.zcrx.ZcrxEventLoopGroup;
import net.zcrx.ZcrxIoHandlerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects that the event loop writes itself: complete under their name, or not there. */
class RingUploadTest {
    private static final int SECONDS = 20;
    private static final int PIECE = 50_000;

    @TempDir
    Path directory;

    private final EventLoopGroup group = new ZcrxEventLoopGroup(1, new ZcrxIoHandlerConfig());
    private final EventLoop loop = group.next();
    private final LongAdder held = new LongAdder();
    private final List<ByteBuf> pieces = new ArrayList<>();
    private ObjectStore store;

    @BeforeEach
    void open() throws Exception {
        store = ObjectStore.open(directory.resolve("objects"), 2, false);
    }

    @AfterEach
    void shouldHoldNothing() throws Exception {
        group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).get(SECONDS, TimeUnit.SECONDS);
        store.close().sync();
        pieces.forEach(piece -> assertEquals(0, piece.refCnt()));
        assertEquals(0, held.sum());
    }

    private <T> T onLoop(Callable<T> task) throws Exception {
        return loop.submit(task).get(SECONDS, TimeUnit.SECONDS);
    }

    private Backpressure backpressure() {
        return new Backpressure(loop, held) {
            @Override
            void onReceived(int bytes) {}

            @Override
            void onReleased(int bytes) {}

            @Override
            void awaitResponse(boolean waiting) {}

            @Override
            void writable(boolean writable) {}
        };
    }

    /** On the loop: hands over all of it at once, before the file can be open. */
    private Upload write(String name, byte[] data) {
        Upload upload = store.upload(name, loop, -1);
        Backpressure backpressure = backpressure();
        for (int i = 0; i < data.length; i += PIECE) {
            ByteBuf piece = Unpooled.directBuffer(PIECE).writeBytes(data, i, Math.min(PIECE, data.length - i));
            pieces.add(piece);
            backpressure.received(piece.readableBytes());
            upload.write(piece, backpressure);
        }
        return upload;
    }

    private static byte[] random(int length) {
        byte[] data = new byte[length];
        new Random(length).nextBytes(data);
        return data;
    }

    private List<Path> stored() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("objects"))) {
            return files.toList();
        }
    }

    private void awaitAllReleased() throws Exception {
        Await.until(() -> held.sum() == 0 ? null : held + " pieces are held.");
    }

    private void awaitNothingStored() throws Exception {
        Await.until(() -> stored().isEmpty() ? null : "The directory has " + stored());
    }

    @Test
    void shouldStoreAndReplace() throws Exception {
        for (int length : new int[] {3_000_000, 10, 0}) {
            byte[] data = random(length);
            Upload upload = onLoop(() -> {
                Upload begun = write("object", data);
                begun.commit();
                begun.discard();
                return begun;
            });
            assertInstanceOf(RingUpload.class, upload);
            assertEquals(length == 3_000_000, upload.result().get(SECONDS, TimeUnit.SECONDS));
            assertArrayEquals(data, Files.readAllBytes(directory.resolve("objects/object")));
            assertEquals(1, stored().size());
        }
    }

    @Test
    void shouldShowNothingBeforeCommit() throws Exception {
        Upload upload = onLoop(() -> write("object", random(1_000_000)));
        awaitAllReleased();
        assertEquals(1, stored().size());
        assertTrue(stored().get(0).getFileName().toString().startsWith("."));
        onLoop(() -> {
            upload.discard();
            upload.commit();
            return null;
        });
        awaitNothingStored();
        assertFalse(upload.result().isDone());
    }

    @Test
    void shouldDiscardBeforeFileIsOpen() throws Exception {
        onLoop(() -> {
            write("object", random(1_000_000)).discard();
            return null;
        });
        awaitAllReleased();
        awaitNothingStored();
    }

    @Test
    void shouldFailWhereFileCannotBe() throws Exception {
        Files.delete(directory.resolve("objects"));
        Upload upload = onLoop(() -> {
            Upload begun = write("object", random(200_000));
            begun.commit();
            return begun;
        });
        CompletableFuture<Boolean> result = upload.result();
        Throwable failure = assertThrows(ExecutionException.class, () -> result.get(SECONDS, TimeUnit.SECONDS));
        assertInstanceOf(NoSuchFileException.class, failure.getCause());
        Files.createDirectory(directory.resolve("objects"));
    }

    /** The name cannot be given: it is a directory's. */
    @Test
    void shouldLeaveNothingWhereNameCannotBeGiven() throws Exception {
        Path taken = Files.createDirectory(directory.resolve("objects/object"));
        Upload upload = onLoop(() -> {
            Upload begun = write("object", random(200_000));
            begun.commit();
            return begun;
        });
        assertThrows(ExecutionException.class, () -> upload.result().get(SECONDS, TimeUnit.SECONDS));
        assertEquals(List.of(taken), stored());
    }

    @Test
    void shouldUseThreadsForSmallObjects() throws Exception {
        Upload small = onLoop(() -> store.upload("small", loop, (2 << 20) - 1));
        assertInstanceOf(PoolUpload.class, small);
        small.discard();
        Upload large = onLoop(() -> store.upload("large", loop, 2 << 20));
        assertInstanceOf(RingUpload.class, large);
        onLoop(() -> {
            large.discard();
            return null;
        });
    }

    @Test
    void shouldUseThreadsOnOtherTransports() throws Exception {
        EventLoopGroup other = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        EventExecutor executor = other.next();
        Upload upload =
                executor.submit(() -> store.upload("object", executor, -1)).get(SECONDS, TimeUnit.SECONDS);
        assertInstanceOf(PoolUpload.class, upload);
        upload.discard();
        other.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).get(SECONDS, TimeUnit.SECONDS);
    }
}
