// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a reader costs that stalls in the middle of a download. A full run has ten thousand of them, or as many as the
 * machine allows descriptors for.
 */
class ManyDownloadsTest {
    private static final int READERS = "1".equals(System.getenv("ZCRX_FULL")) ? 10_000 : 1_000;
    /** What a JVM has of descriptors. */
    private static final int OTHER_DESCRIPTORS = 250;
    /** More than the sockets at both ends hold. */
    private static final int LENGTH = 1 << 20;
    /** Of the transport and of the JVM, for a connection. */
    private static final int CONNECTION_KIB = 16;
    /** What a JVM may take meanwhile for other reasons. */
    private static final int NOISE_KIB = 96 << 10;
    /** What the documentation promises for a loop. */
    private static final int MOST_WORKERS = 16;

    @TempDir
    Path directory;

    /** @param workers of them, threads of the kernel that do what would have to wait */
    private record Cost(long threads, long workers, long descriptors, long memoryKib) {
        static Cost of(long pid) throws IOException {
            Path process = Path.of("/proc/" + pid);
            long threads = 0;
            long workers = 0;
            for (Path task : list(process.resolve("task"))) {
                if (comm(task).startsWith("iou-wrk")) {
                    workers++;
                } else {
                    threads++;
                }
            }
            String memory = Files.readAllLines(process.resolve("status")).stream()
                    .filter(line -> line.startsWith("RssAnon:"))
                    .findFirst()
                    .orElseThrow();
            return new Cost(
                    threads, workers, list(process.resolve("fd")).size(), Long.parseLong(memory.replaceAll("\\D", "")));
        }

        private static List<Path> list(Path path) throws IOException {
            try (Stream<Path> entries = Files.list(path)) {
                return entries.collect(Collectors.toList());
            }
        }

        private static String comm(Path task) {
            try {
                return Files.readString(task.resolve("comm"));
            } catch (IOException e) {
                // It has ended meanwhile: then it costs nothing, as a worker that is not there.
                return "iou-wrk";
            }
        }
    }

    private static long mostDescriptors() throws IOException {
        String limit = Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .findFirst()
                .orElseThrow();
        // The hard one, which a JVM sets for itself.
        return Long.parseLong(limit.split("\\s{2,}")[2]);
    }

    private static byte[] download(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(Loops.SECONDS * 1000);
            socket.getOutputStream().write(1);
            return socket.getInputStream().readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCostNoThreadAndTwoDescriptorsAtMost(boolean region) throws Exception {
        byte[] data = Loops.pattern(LENGTH);
        Path file = Files.write(directory.resolve("file"), data);
        int readers = (int) Math.min(READERS, (mostDescriptors() - OTHER_DESCRIPTORS) / 2);
        try (Child server =
                new Child(List.of(), DownloadServerChild.class, file.toString(), Boolean.toString(region))) {
            int port = Integer.parseInt(server.await("port"));
            for (int i = 0; i < 20; i++) {
                assertArrayEquals(data, download(port));
            }
            Cost before = Cost.of(server.pid());
            try (Child stalled =
                    new Child(List.of(), ManyReaders.class, Integer.toString(port), Integer.toString(readers))) {
                assertEquals(readers, Integer.parseInt(stalled.await("stalled")));
                Cost now = Cost.of(server.pid());
                String both = before + " before, " + now + " with " + readers + " readers";
                // The JVM compiles, and may have begun a thread for that.
                assertTrue(now.threads <= before.threads + 4, both);
                assertTrue(now.workers <= (region ? 0 : MOST_WORKERS), both);
                assertTrue(now.descriptors <= before.descriptors + 2L * readers + 10, both);
                int each = CONNECTION_KIB + (region ? 0 : DownloadServerChild.PIECE >> 10);
                assertTrue(now.memoryKib <= before.memoryKib + NOISE_KIB + (long) each * readers, both);
                assertArrayEquals(data, download(port));
            }
            TestFiles.await("All is closed.", () -> Cost.of(server.pid()).descriptors <= before.descriptors + 10);
            assertArrayEquals(data, download(port));
        }
    }
}
