// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.file.ZcrxFile;
import net.zcrx.file.ZcrxFileException;
import net.zcrx.file.ZcrxFileSink;

/** A child: writes longer files than it may, as one buffer and as what a channel receives. */
final class LimitedFileChild {
    private static final int PIECE = 10_000;

    private LimitedFileChild() {}

    /** @param arguments a directory, and how long a file may be */
    public static void main(String[] arguments) throws Exception {
        Loops loops = new Loops(1);
        Path directory = Path.of(arguments[0]);
        int limit = Integer.parseInt(arguments[1]);
        byte[] data = Loops.pattern(2 * limit);
        ZcrxFile file = TestFiles.get(ZcrxFile.open(loops.loop(0), directory.resolve("file"), TestFiles.NEW));
        ByteBuf buffer = TestFiles.direct(data);
        ZcrxFileException failure = TestFiles.failure(ZcrxFileException.class, file.write(buffer, 0));
        System.out.println("write=" + failure.errno() + " " + failure.bytes() + " " + buffer.refCnt());
        TestFiles.get(file.close());
        System.out.println("stored=" + isStored(file.path(), data, limit));

        file = TestFiles.get(ZcrxFile.open(loops.loop(0), directory.resolve("pieces"), TestFiles.NEW));
        System.out.println("pieces=" + writePieces(loops, file, data));
        TestFiles.get(file.close());
        System.out.println("stored=" + isStored(file.path(), data, limit));

        try (Loops.Pair pair = loops.connect(new ChannelInboundHandlerAdapter())) {
            file = TestFiles.get(ZcrxFile.open(loops.loop(0), directory.resolve("upload"), TestFiles.NEW));
            ZcrxFileSink sink = new ZcrxFileSink(file);
            pair.onLoop(() -> pair.channel().pipeline().addFirst(sink));
            pair.sendAll(data).get(Loops.SECONDS, TimeUnit.SECONDS);
            failure = TestFiles.failure(ZcrxFileException.class, sink.written());
            // Several writes are under way, and a later one may fail first.
            System.out.println("sink=" + failure.errno() + " " + (failure.position() + failure.bytes() >= limit));
            TestFiles.get(file.close());
            System.out.println("stored=" + isStored(file.path(), data, limit));
            System.out.println("position=" + (sink.position() <= limit));
        }
        Child.awaitEnd();
        loops.end();
    }

    /** As one request or few; returns how many were written, and how many of the others told that they were not. */
    private static String writePieces(Loops loops, ZcrxFile file, byte[] data) throws Exception {
        List<Future<Void>> writes = new ArrayList<>();
        List<ByteBuf> buffers = new ArrayList<>();
        loops.loop(0)
                .submit(() -> {
                    for (int start = 0; start < data.length; start += PIECE) {
                        buffers.add(TestFiles.direct(Arrays.copyOfRange(data, start, start + PIECE)));
                        writes.add(file.write(buffers.get(buffers.size() - 1), start));
                    }
                })
                .get(Loops.SECONDS, TimeUnit.SECONDS);
        int written = 0;
        int right = 0;
        for (int i = 0; i < writes.size(); i++) {
            if (writes.get(i).await(Loops.SECONDS, TimeUnit.SECONDS)
                    && writes.get(i).isSuccess()) {
                written += i == written ? 1 : 0;
            } else {
                ZcrxFileException failure = TestFiles.failure(ZcrxFileException.class, writes.get(i));
                right += failure.position() == (long) i * PIECE && failure.bytes() == 0 ? 1 : 0;
            }
        }
        boolean released = buffers.stream().allMatch(buffer -> buffer.refCnt() == 0);
        return written + " " + right + " " + released;
    }

    private static boolean isStored(Path path, byte[] data, int length) throws Exception {
        return Arrays.equals(Files.readAllBytes(path), Arrays.copyOf(data, length));
    }
}
