// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static net.zcrx.lessons.TestFiles.NEW;
import static net.zcrx.lessons.TestFiles.direct;
import static net.zcrx.lessons.TestFiles.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.zcrx.file.ZcrxFile;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files on a loop's ring: what is written is there, and what is read was. */
@ExtendWith(Invariants.class)
class FileTest {
    /** More than a loop's ring has room for, and more than kernel threads should be there. */
    private static final int MANY = 10_000;
    /** Files that these writes are spread over, and the length of each write. */
    private static final int FILES = 50;

    private static final int LENGTH = 3000;
    /** What the documentation promises for a loop. */
    private static final int MOST_WORKERS = 16;

    private static final int BLOCK = 4096;
    private static final int EINVAL = 22;
    private static final Path MEMORY = Path.of("/dev/shm");

    @RegisterExtension
    final Loops loops = new Loops(1);

    @TempDir
    Path disk;

    private Path inMemory;

    @BeforeEach
    void prepare() throws Exception {
        inMemory = Files.createTempDirectory(MEMORY, "zcrx");
    }

    @AfterEach
    void clean() throws Exception {
        for (Path file : Files.list(inMemory).toList()) {
            Files.delete(file);
        }
        Files.delete(inMemory);
        assertEquals(0, TestFiles.descriptorsBelow(disk));
    }

    private ZcrxFile create(Path directory) throws Exception {
        return get(ZcrxFile.open(loops.loop(0), directory.resolve("file"), NEW));
    }

    private Path directory(String kind) {
        return kind.equals("disk") ? disk : inMemory;
    }

    @ParameterizedTest
    @ValueSource(strings = {"disk", "memory"})
    void shouldReadWhatItWrote(String kind) throws Exception {
        byte[] data = Loops.pattern(3_000_001);
        ZcrxFile file = create(directory(kind));
        ByteBuf buffer = direct(data);
        get(file.write(buffer, 5));
        assertEquals(0, buffer.refCnt());
        assertEquals(data.length + 5L, get(file.size()));

        // From here on the page cache has it, so that reads may be done at once.
        ByteBuf target = PooledByteBufAllocator.DEFAULT.directBuffer(data.length + 10, data.length + 10);
        target.writeByte(1);
        assertEquals(data.length, get(file.read(target, 5)));
        assertEquals(1, target.readByte());
        assertEquals(Unpooled.wrappedBuffer(data), target);
        assertEquals(1, target.refCnt());
        target.release();
        get(file.close());
        byte[] stored = Files.readAllBytes(file.path());
        assertArrayEquals(data, Arrays.copyOfRange(stored, 5, stored.length));
    }

    /** In one piece, in more pieces than one system call takes, in Java's heap, and none at all. */
    @Test
    void shouldWriteBuffersOfEachKind() throws Exception {
        CompositeByteBuf pieces = Unpooled.compositeBuffer(1000);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (int i = 1; i <= 300; i++) {
            byte[] piece = Loops.pattern(i * 7);
            pieces.addComponent(true, direct(piece));
            expected.write(piece);
        }
        byte[] data = Loops.pattern(50_000);
        ByteBuf mixed = Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(data), direct(data));
        ByteBuf whole = direct(data);
        ByteBuf slice = whole.retainedSlice(100, 20_000).asReadOnly();
        whole.release();
        List<ByteBuf> buffers =
                List.of(pieces, mixed, slice, Unpooled.wrappedBuffer(data), Unpooled.directBuffer(), Unpooled.buffer());
        expected.write(data);
        expected.write(data);
        expected.write(data, 100, 20_000);
        expected.write(data);

        ZcrxFile file = create(disk);
        List<Future<Void>> writes = new ArrayList<>();
        long position = 0;
        for (ByteBuf buffer : buffers) {
            int length = buffer.readableBytes();
            writes.add(file.write(buffer, position));
            position += length;
        }
        for (Future<Void> write : writes) {
            get(write);
        }
        buffers.forEach(buffer -> assertEquals(0, buffer.refCnt(), buffer::toString));
        get(file.close());
        assertArrayEquals(expected.toByteArray(), Files.readAllBytes(file.path()));
    }

    @Test
    void shouldReadIntoBuffersOfEachKindUntilFileEnds() throws Exception {
        byte[] data = Loops.pattern(10_000);
        Path path = Files.write(disk.resolve("file"), data);
        ZcrxFile file = get(ZcrxFile.open(loops.loop(0), path));
        CompositeByteBuf pieces = Unpooled.compositeBuffer();
        for (int i = 0; i < 20; i++) {
            pieces.addComponent(direct(new byte[1000]));
        }
        for (ByteBuf target : List.of(Unpooled.buffer(20_000), Unpooled.directBuffer(20_000), pieces)) {
            assertEquals(data.length - 3, get(file.read(target, 3)));
            assertEquals(Unpooled.wrappedBuffer(data, 3, data.length - 3), target);
            assertEquals(0, get(file.read(target, data.length)));
            assertEquals(data.length - 3, target.readableBytes());
            target.release();
            assertEquals(0, target.refCnt());
        }
        assertEquals(0, get(file.read(Unpooled.EMPTY_BUFFER, 0)));
        get(file.close());
    }

    /** A file that becomes shorter under a read ends earlier, and one that is deleted is still there for those that have opened it. */
    @Test
    void shouldReadFileThatShrinksAndVanishes() throws Exception {
        ZcrxFile file = create(disk);
        get(file.write(direct(Loops.pattern(100_000)), 0));
        ZcrxFile shorter = get(ZcrxFile.open(
                loops.loop(0), file.path(), StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING));
        get(shorter.write(direct(Loops.pattern(10)), 0));
        Files.delete(file.path());
        ByteBuf target = Unpooled.directBuffer(100_000);
        assertEquals(10, get(file.read(target, 0)));
        target.release();
        get(shorter.close());
        get(file.close());
    }

    @ParameterizedTest
    @ValueSource(strings = {"disk", "memory"})
    void shouldTakeManyWritesFromManyThreadsWithFewKernelThreads(String kind) throws Exception {
        EventLoop loop = loops.loop(0);
        List<ZcrxFile> files = new ArrayList<>();
        for (int i = 0; i < FILES; i++) {
            files.add(get(ZcrxFile.open(loop, directory(kind).resolve("file" + i), NEW)));
        }
        Queue<Future<Void>> writes = new ConcurrentLinkedQueue<>();
        Queue<ByteBuf> buffers = new ConcurrentLinkedQueue<>();
        AtomicInteger next = new AtomicInteger();
        Loops.whileStopped(
                loop,
                () -> runOnThreads(4, () -> {
                    int i;
                    while ((i = next.getAndIncrement()) < MANY) {
                        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(LENGTH);
                        buffers.add(buffer.writeBytes(numbered(i)));
                        writes.add(files.get(i % FILES).write(buffer, (long) i / FILES * LENGTH));
                    }
                }));
        int workers = 0;
        for (Future<Void> write : writes) {
            while (!write.isDone()) {
                workers = Math.max(workers, TestFiles.kernelWorkers());
            }
            get(write);
        }
        assertTrue(workers <= MOST_WORKERS, workers + " kernel threads");
        assertEquals(MANY, writes.size());
        buffers.forEach(buffer -> assertEquals(0, buffer.refCnt()));
        for (ZcrxFile file : files) {
            get(file.close());
        }
        for (int i = 0; i < FILES; i++) {
            assertNumbered(i, Files.readAllBytes(files.get(i).path()));
        }
    }

    private static void runOnThreads(int count, Runnable task) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            threads.add(new Thread(task));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Whether the writes of one of the files are all in it. */
    private static void assertNumbered(int file, byte[] stored) {
        assertEquals(MANY / FILES * LENGTH, stored.length);
        for (int part = 0; part < MANY / FILES; part++) {
            byte[] found = Arrays.copyOfRange(stored, part * LENGTH, (part + 1) * LENGTH);
            assertArrayEquals(numbered(part * FILES + file), found);
        }
    }

    private static byte[] numbered(int number) {
        byte[] data = new byte[LENGTH];
        Arrays.fill(data, (byte) (number * 31 + (number >>> 8)));
        return data;
    }

    /** Force and close begin when all before them has ended. */
    @Test
    void shouldForceAndCloseAfterAllThatWasAsked() throws Exception {
        ZcrxFile file = create(disk);
        get(file.allocate(0, 1 << 20));
        assertEquals(1L << 20, get(file.size()));
        List<Future<Void>> writes = new ArrayList<>();
        AtomicInteger undone = new AtomicInteger();
        Future<Void> forced = loops.loop(0)
                .submit(() -> {
                    for (int i = 0; i < 1000; i++) {
                        writes.add(file.write(direct(new byte[2000]), i * 2000L));
                    }
                    return file.force(true).addListener(done -> undone.addAndGet(count(writes)));
                })
                .get();
        get(forced);
        List<Future<Void>> more = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            more.add(file.write(direct(new byte[2000]), i * 2000L));
        }
        get(file.close().addListener(done -> undone.addAndGet(count(more))));
        get(file.close());
        loops.letRun();
        assertEquals(0, undone.get());
        assertEquals(0, TestFiles.descriptorsBelow(disk));
        ByteBuf late = direct(new byte[1]);
        TestFiles.failure(9, file.write(late, 0));
        assertEquals(0, late.refCnt());
        assertEquals(1000 * 2000, Files.size(file.path()));
    }

    private static int count(List<Future<Void>> futures) {
        return (int) futures.stream().filter(future -> !future.isDone()).count();
    }

    /** The page cache is not there for it: memory of the buffer goes to the disk and back. */
    @Test
    void shouldWriteAndReadDirectly() throws Exception {
        Future<ZcrxFile> open = ZcrxFile.open(
                loops.loop(0),
                disk.resolve("file"),
                ZcrxFile.DIRECT,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        open.await(Loops.SECONDS, TimeUnit.SECONDS);
        if (!open.isSuccess()) {
            // tmpfs, before Linux 6.6.
            assertTrue(TestFiles.failure(EINVAL, open).getMessage().contains("the file system must offer it"));
            return;
        }
        ZcrxFile file = get(open);
        byte[] data = Loops.pattern(64 * BLOCK);
        get(file.write(aligned(data.length).writeBytes(data), 0));
        ByteBuf target = aligned(data.length);
        assertEquals(data.length, get(file.read(target, 0)));
        assertEquals(Unpooled.wrappedBuffer(data), target);
        target.release();
        Future<Void> part = file.write(aligned(100).writeZero(100), 0);
        if (Files.getFileStore(disk).type().equals("tmpfs")) {
            // Since Linux 6.6 it takes the option, and has no blocks.
            get(part);
        } else {
            String message = TestFiles.failure(EINVAL, part).getMessage();
            assertTrue(message.contains("0 of 100 bytes") && message.contains("block size"), message);
        }
        get(file.close());
    }

    /** A file ends where it ends, also in the middle of a block; but what is asked for begins with a block. */
    @Test
    void shouldReadDirectlyUntilFileEnds() throws Exception {
        byte[] data = Loops.pattern(2 * BLOCK + 100);
        Path path = Files.write(disk.resolve("file"), data);
        Future<ZcrxFile> open = ZcrxFile.open(loops.loop(0), path, ZcrxFile.DIRECT);
        open.await(Loops.SECONDS, TimeUnit.SECONDS);
        if (!open.isSuccess()) {
            TestFiles.failure(EINVAL, open);
            return;
        }
        ZcrxFile file = get(open);
        ByteBuf target = aligned(4 * BLOCK);
        assertEquals(data.length, get(file.read(target, 0)));
        assertEquals(Unpooled.wrappedBuffer(data), target);
        assertEquals(0, get(file.read(target.clear(), 4 * BLOCK)));
        for (ByteBuf unaligned : List.of(target.slice(1, BLOCK).clear(), target.clear())) {
            int position = unaligned == target ? 1 : 0;
            Future<Integer> read = file.read(unaligned, position);
            assertTrue(read.await(Loops.SECONDS, TimeUnit.SECONDS));
            if (read.isSuccess()) {
                // Some file systems, as tmpfs, have no blocks.
                assertEquals(Unpooled.wrappedBuffer(data, position, read.getNow()), unaligned);
            } else {
                TestFiles.failure(EINVAL, read);
                assertEquals(0, unaligned.readableBytes());
            }
        }
        target.release();
        get(file.close());
    }

    /** A buffer whose memory begins at a whole block. */
    private static ByteBuf aligned(int length) {
        ByteBuf memory = Unpooled.directBuffer(length + BLOCK);
        int gap = (int) (-memory.memoryAddress() & (BLOCK - 1));
        return memory.slice(gap, length).clear();
    }
}
