// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.zcrx.file.ZcrxFileException;

/** What tests of files on a ring share. */
final class TestFiles {
    static final OpenOption[] NEW = {StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ};

    private TestFiles() {}

    static <T> T get(Future<T> future) throws Exception {
        return future.get(Loops.SECONDS, TimeUnit.SECONDS);
    }

    /** Why it failed, as it must. */
    static <E extends Throwable> E failure(Class<E> type, Future<?> future) throws Exception {
        assertTrue(future.await(Loops.SECONDS, TimeUnit.SECONDS), "Neither done nor failed.");
        return assertInstanceOf(type, future.cause());
    }

    static ZcrxFileException failure(int errno, Future<?> future) throws Exception {
        ZcrxFileException failure = failure(ZcrxFileException.class, future);
        assertEquals(errno, failure.errno(), failure.getMessage());
        return failure;
    }

    static ByteBuf direct(byte[] data) {
        return Unpooled.directBuffer(Math.max(1, data.length)).writeBytes(data);
    }

    static void await(String what, java.util.concurrent.Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Loops.SECONDS);
        while (!condition.call()) {
            assertTrue(System.nanoTime() - deadline < 0, () -> "Not within " + Loops.SECONDS + " s: " + what);
            Thread.sleep(1);
        }
    }

    /** How many descriptors of this process are files below {@code directory}. */
    static long descriptorsBelow(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(descriptor -> target(descriptor).startsWith(directory + "/"))
                    .count();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            // Closed meanwhile.
            return "";
        }
    }

    /** How many kernel threads the rings of this process have. */
    static int kernelWorkers() throws IOException {
        int workers = 0;
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : (Iterable<Path>) tasks::iterator) {
                try {
                    List<String> name = Files.readAllLines(task.resolve("comm"));
                    workers += name.get(0).startsWith("iou-wrk") ? 1 : 0;
                } catch (IOException e) {
                    // It has ended meanwhile.
                    continue;
                }
            }
        }
        return workers;
    }
}
