// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.nio.file.Path;
import java.util.Arrays;
import net.zcrx.file.ZcrxFile;
import net.zcrx.file.ZcrxFileException;

/** A child: its loop ends while the file system that it writes to takes nothing. */
final class StuckDiskChild {
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
        Path elsewhere = file.path().getParent().resolveSibling("elsewhere");
        ZcrxFile other = TestFiles.get(ZcrxFile.open(loops.loop(0), elsewhere, TestFiles.NEW));
        TestFiles.get(other.write(TestFiles.direct(data), 0));
        System.out.println("other=" + TestFiles.get(other.size()));
        loops.shutDown();
        System.out.println(
                "write=" + TestFiles.failure(ZcrxFileException.class, write).errno());
        System.out.println(
                "force=" + TestFiles.failure(ZcrxFileException.class, force).errno());
        System.out.println(
                "late=" + TestFiles.failure(ZcrxFileException.class, late).errno());
        System.out.println("references=" + stuck.refCnt() + " " + waiting.refCnt());
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
