// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.zcrx.file.ZcrxFile;
import net.zcrx.file.ZcrxFileException;

/** A child: its loop ends while the file system that it writes to takes nothing. */
final class StuckDiskChild {
    private static final int OTHERS = 4;

    private StuckDiskChild() {}

    public static void main(String[] arguments) throws Exception {
        Loops loops = new Loops(1);
        String directory = arguments[0];
        ZcrxFile file =
                TestFiles.get(ZcrxFile.open(loops.loop(0), Path.of(directory).resolve("file"), TestFiles.NEW));
        byte[] data = new byte[1000];
        Arrays.fill(data, (byte) 7);
        TestFiles.get(file.write(TestFiles.direct(data), 0));
        freeze("-f", directory);
        try {
            endLoop(loops, file, data);
        } finally {
            freeze("-u", directory);
        }
        Child.awaitEnd();
    }

    private static void endLoop(Loops loops, ZcrxFile file, byte[] data) throws Exception {
        ByteBuf stuck = TestFiles.direct(data);
        ByteBuf waiting = TestFiles.direct(data);
        Future<Void> write = file.write(stuck, 0);
        TestFiles.await("the kernel is at it", () -> TestFiles.kernelWorkers() > 0);
        // Begins after the write.
        Future<Void> force = file.force(true);
        Future<Void> late = file.write(waiting, 0);
        // The loop goes on, and so do other files.
        loops.letRun();
        System.out.println("other=" + sizeOfAnotherFile(loops, file.path().getParent(), data));
        loops.shutDown();
        System.out.println(
                "write=" + TestFiles.failure(ZcrxFileException.class, write).errno());
        System.out.println(
                "force=" + TestFiles.failure(ZcrxFileException.class, force).errno());
        System.out.println(
                "late=" + TestFiles.failure(ZcrxFileException.class, late).errno());
        System.out.println("references=" + stuck.refCnt() + " " + waiting.refCnt());
    }

    /**
     * Writes several: the kernel has 64 queues of writes, by file ({@code io_uring/io-wq.c}), so that one of them may
     * stand behind the write that is stuck.
     */
    private static long sizeOfAnotherFile(Loops loops, Path directory, byte[] data) throws Exception {
        Map<ZcrxFile, Future<Void>> writes = new LinkedHashMap<>();
        for (int i = 0; i < OTHERS; i++) {
            Path elsewhere = directory.resolveSibling("elsewhere" + i);
            ZcrxFile other = TestFiles.get(ZcrxFile.open(loops.loop(0), elsewhere, TestFiles.NEW));
            writes.put(other, other.write(TestFiles.direct(data), 0));
        }
        TestFiles.await("most others are written", () -> written(writes).size() >= OTHERS - 1);
        return TestFiles.get(written(writes).get(0).size());
    }

    private static List<ZcrxFile> written(Map<ZcrxFile, Future<Void>> writes) {
        return writes.entrySet().stream()
                .filter(write -> write.getValue().isSuccess())
                .map(Map.Entry::getKey)
                .toList();
    }

    private static void freeze(String how, String directory) throws Exception {
        int exit = new ProcessBuilder("fsfreeze", how, directory)
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IllegalStateException("fsfreeze ended with " + exit);
        }
    }
}
