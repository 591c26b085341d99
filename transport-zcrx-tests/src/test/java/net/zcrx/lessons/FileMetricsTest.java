// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static net.zcrx.lessons.TestFiles.NEW;
import static net.zcrx.lessons.TestFiles.direct;
import static net.zcrx.lessons.TestFiles.failure;
import static net.zcrx.lessons.TestFiles.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.ZcrxMetrics;
import net.zcrx.file.ZcrxFile;
import net.zcrx.file.ZcrxFileException;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a loop counts of its files. */
@ExtendWith(Invariants.class)
class FileMetricsTest {
    private static final int EBADF = 9;
    private static final int LENGTH = 3_000_000;

    @RegisterExtension
    final Loops loops = new Loops(1);

    @TempDir
    Path directory;

    /** What is counted of operations: opens, reads, writes, forces, failures, and those that are not over. */
    private List<Long> operations() {
        ZcrxMetrics metrics = loops.metrics();
        return List.of(
                metrics.fileOpens(),
                metrics.fileReads(),
                metrics.fileWrites(),
                metrics.fileForces(),
                metrics.fileFailures(),
                metrics.fileOperations());
    }

    private List<Long> operationsSeenByLoop() throws Exception {
        return loops.loop(0).submit(this::operations).get(Loops.SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void shouldCountOperationsAndBytes() throws Exception {
        ZcrxFile file = get(ZcrxFile.open(loops.loop(0), directory.resolve("file"), NEW));
        assertEquals(List.of(1L, 0L, 0L, 0L, 0L, 0L), operations());
        get(file.write(direct(Loops.pattern(LENGTH)), 0));
        get(file.force(false));
        ByteBuf target = Unpooled.directBuffer(2 * LENGTH);
        get(file.read(target, 1));
        target.release();
        get(file.size());
        failure(NoSuchFileException.class, ZcrxFile.open(loops.loop(0), directory.resolve("none")));
        get(file.close());
        failure(EBADF, file.force(true));
        // Its future has been done since the first one: only a task after it sees that it is no longer counted.
        get(file.close());
        assertEquals(List.of(1L, 1L, 1L, 1L, 2L, 0L), operationsSeenByLoop());
        assertEquals(LENGTH, loops.metrics().fileWrittenBytes());
        assertEquals(LENGTH - 1, loops.metrics().fileReadBytes());
        // Parts of a MiB, the read that finds the file's end, and the five others that reached the kernel.
        long requests = loops.metrics().fileRequests();
        assertTrue(requests >= 12 && requests <= 30, () -> "There were " + requests);
    }

    /** Writes of one pass: those that lie side by side reach the kernel as few requests, others as one each. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldJoinWritesThatLieSideBySide(int step) throws Exception {
        int length = 1000;
        int count = 500;
        byte[] data = Loops.pattern(count * length);
        ZcrxFile file = get(ZcrxFile.open(loops.loop(0), directory.resolve("file"), NEW));
        long before = loops.metrics().fileRequests();
        List<Future<?>> writes = new ArrayList<>();
        loops.loop(0)
                .submit(() -> {
                    for (int i = 0; i < count; i++) {
                        ByteBuf piece = direct(Arrays.copyOfRange(data, i * length, (i + 1) * length));
                        writes.add(file.write(piece, (long) i * step * length));
                    }
                })
                .get(Loops.SECONDS, TimeUnit.SECONDS);
        for (Future<?> write : writes) {
            get(write);
        }
        long requests = loops.metrics().fileRequests() - before;
        get(file.close());
        assertTrue(step == 1 ? requests <= count / 20 : requests >= count, () -> "There were " + requests);
        byte[] stored = Files.readAllBytes(file.path());
        for (int i = 0; i < count; i++) {
            int start = i * step * length;
            assertArrayEquals(
                    Arrays.copyOfRange(data, i * length, (i + 1) * length),
                    Arrays.copyOfRange(stored, start, start + length));
        }
    }

    @Test
    void shouldCountWhatIsNotOver() throws Exception {
        ZcrxFile file = get(ZcrxFile.open(loops.loop(0), directory.resolve("file"), NEW));
        List<Future<?>> writes = new ArrayList<>();
        long underWay = loops.loop(0)
                .submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        writes.add(file.write(direct(new byte[1000]), i * 1000L));
                    }
                    return loops.metrics().fileOperations();
                })
                .get(Loops.SECONDS, TimeUnit.SECONDS);
        assertEquals(500, underWay);
        for (Future<?> write : writes) {
            get(write);
        }
        assertEquals(List.of(1L, 0L, 500L, 0L, 0L, 0L), operations());
        get(file.close());
    }

    @Test
    void shouldCountWhatLoopsEndBroughtToAnEnd() throws Exception {
        ZcrxFile file = get(ZcrxFile.open(loops.loop(0), directory.resolve("file"), NEW));
        List<Future<?>> asked = new ArrayList<>();
        Future<Void> closed = loops.loop(0)
                .submit(() -> {
                    for (int i = 0; i < 200; i++) {
                        asked.add(file.write(direct(new byte[100_000]), i * 100_000L));
                    }
                    asked.add(file.force(true));
                    loops.group.shutdownGracefully(0, Loops.SECONDS, TimeUnit.SECONDS);
                    return file.close();
                })
                .get(Loops.SECONDS, TimeUnit.SECONDS);
        loops.shutDown();
        long failed = 0;
        for (Future<?> each : asked) {
            assertTrue(each.isDone());
            if (!each.isSuccess()) {
                failure(ZcrxFileException.class, each);
                failed++;
            }
        }
        get(closed);
        ZcrxMetrics metrics = loops.metrics();
        assertEquals(asked.size(), metrics.fileWrites() + metrics.fileForces() + metrics.fileFailures());
        assertEquals(failed, metrics.fileFailures());
        assertEquals(0, metrics.fileOperations());
    }
}
