// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import io.netty.buffer.ByteBuf;
import java.nio.file.Files;
import java.nio.file.Path;
import net.zcrx.file.ZcrxFile;
import net.zcrx.file.ZcrxFileException;

/** A child: it writes more to a file than there is room for. */
final class FullDiskChild {
    private FullDiskChild() {}

    public static void main(String[] arguments) throws Exception {
        Loops loops = new Loops(1);
        Path directory = Path.of(arguments[0]);
        Path filler = Files.write(directory.resolve("filler"), new byte[1 << 20]);
        ZcrxFile file = TestFiles.get(ZcrxFile.open(loops.loop(0), directory.resolve("file"), TestFiles.NEW));
        byte[] data = Loops.pattern(5 << 20);
        ByteBuf buffer = TestFiles.direct(data);
        ZcrxFileException failure = TestFiles.failure(ZcrxFileException.class, file.write(buffer, 0));
        System.out.println("errno=" + failure.errno());
        System.out.println("written=" + failure.bytes());
        System.out.println("stored=" + Files.size(file.path()));
        System.out.println("message=" + failure.getMessage());
        System.out.println("references=" + buffer.refCnt());
        boolean full = TestFiles.failure(ZcrxFileException.class, file.allocate(0, 64 << 20))
                .getMessage()
                .contains("ENOSPC");
        System.out.println("allocation=" + (full ? "ENOSPC" : "?"));
        Files.delete(filler);
        int rest = 100_000;
        int begin = (int) failure.bytes();
        TestFiles.get(file.write(TestFiles.direct(java.util.Arrays.copyOfRange(data, begin, begin + rest)), begin));
        TestFiles.get(file.close());
        boolean right =
                java.util.Arrays.equals(Files.readAllBytes(file.path()), 0, begin + rest, data, 0, begin + rest);
        System.out.println("again=" + (right ? "done" : "wrong bytes"));
        Child.awaitEnd();
        loops.end();
    }
}
