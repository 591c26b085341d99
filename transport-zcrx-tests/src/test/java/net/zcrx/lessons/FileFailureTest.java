// SPDX-License-Identifier: Apache-2.0
package net.zcrx.lessons;

import static net.zcrx.lessons.TestFiles.NEW;
import static net.zcrx.lessons.TestFiles.direct;
import static net.zcrx.lessons.TestFiles.failure;
import static net.zcrx.lessons.TestFiles.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.uring.IoUringIoHandler;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.zcrx.file.ZcrxFile;
import net.zcrx.file.ZcrxFileException;
import net.zcrx.testrun.Invariants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What fails on a file fails with a sentence, and leaves nothing behind. */
@ExtendWith(Invariants.class)
class FileFailureTest {
    private static final int EIO = 5;
    private static final int EBADF = 9;
    private static final int ENOTDIR = 20;
    private static final int EISDIR = 21;
    private static final int EFBIG = 27;
    private static final int ENOSPC = 28;
    private static final int ENAMETOOLONG = 36;
    private static final int ELOOP = 40;

    @RegisterExtension
    final Loops loops = new Loops(1);

    @TempDir
    Path directory;

    private EventLoop loop;

    @BeforeEach
    void prepare() {
        loop = loops.loop(0);
    }

    @AfterEach
    void shouldHaveClosedAll() throws Exception {
        loops.letRun();
        assertEquals(0, TestFiles.descriptorsBelow(directory));
    }

    @Test
    void shouldRefusePathsThatNameNoFile() throws Exception {
        Path file = Files.write(directory.resolve("file"), new byte[1]);
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        failure(NoSuchFileException.class, ZcrxFile.open(loop, directory.resolve("none")));
        failure(NoSuchFileException.class, ZcrxFile.open(loop, directory.resolve("no/file"), NEW));
        failure(FileAlreadyExistsException.class, ZcrxFile.open(loop, file, NEW));
        failure(EISDIR, ZcrxFile.open(loop, directory));
        failure(EISDIR, ZcrxFile.open(loop, directory, StandardOpenOption.WRITE));
        failure(ENOTDIR, ZcrxFile.open(loop, file.resolve("file")));
        failure(ENAMETOOLONG, ZcrxFile.open(loop, directory.resolve("n".repeat(300)), NEW));
        failure(ELOOP, ZcrxFile.open(loop, link, LinkOption.NOFOLLOW_LINKS));
        failure(0, ZcrxFile.open(loop, Path.of("/dev/zero")));
        get(get(ZcrxFile.open(loop, link)).close());
        get(get(ZcrxFile.open(loop, Path.of("").toAbsolutePath().relativize(file)))
                .close());
    }

    /** Opening a pipe waits for its other end, but not here. */
    @Test
    void shouldRefusePipe() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        failure(0, ZcrxFile.open(loop, pipe));
        failure(6, ZcrxFile.open(loop, pipe, StandardOpenOption.WRITE));
    }

    @Test
    void shouldRefuseWrongArguments() throws Exception {
        Path path = directory.resolve("file");
        for (StandardOpenOption option : List.of(StandardOpenOption.APPEND, StandardOpenOption.DELETE_ON_CLOSE)) {
            assertThrows(UnsupportedOperationException.class, () -> ZcrxFile.open(loop, path, option));
        }
        Path notOfKernel = Path.of(URI.create("jrt:/java.base"));
        assertThrows(IllegalArgumentException.class, () -> ZcrxFile.open(loop, notOfKernel));
        MultiThreadIoEventLoopGroup other = new MultiThreadIoEventLoopGroup(1, IoUringIoHandler.newFactory());
        try {
            assertThrows(IllegalArgumentException.class, () -> ZcrxFile.open(other.next(), path));
        } finally {
            assertTrue(other.shutdownGracefully(0, Loops.SECONDS, TimeUnit.SECONDS)
                    .await(Loops.SECONDS, TimeUnit.SECONDS));
        }
        ZcrxFile file = get(ZcrxFile.open(loop, path, NEW));
        for (ByteBuf buffer : List.of(direct(new byte[2]), Unpooled.wrappedBuffer(new byte[2]))) {
            failure(IllegalArgumentException.class, file.read(buffer.clear(), -1));
            assertEquals(1, buffer.refCnt());
            buffer.writeShort(1);
            failure(IllegalArgumentException.class, file.write(buffer, Long.MAX_VALUE - 1));
            assertEquals(0, buffer.refCnt());
        }
        failure(IllegalArgumentException.class, file.allocate(-1, 1));
        failure(22, file.allocate(0, 0));
        get(file.close());
    }

    @Test
    void shouldTellWhatFileWasNotOpenedFor() throws Exception {
        Path path = Files.write(directory.resolve("file"), new byte[100]);
        ZcrxFile reader = get(ZcrxFile.open(loop, path));
        ZcrxFile writer = get(ZcrxFile.open(loop, path, StandardOpenOption.WRITE));
        ByteBuf buffer = direct(new byte[10]);
        ZcrxFileException failure = failure(EBADF, reader.write(buffer, 20));
        assertEquals(0, buffer.refCnt());
        assertEquals(20, failure.position());
        assertEquals(0, failure.bytes());
        assertEquals(path.toString(), failure.getFile());
        assertTrue(failure.getMessage().contains("position 20: 0 of 10 bytes"), failure.getMessage());
        ByteBuf target = Unpooled.directBuffer(10);
        failure(EBADF, writer.read(target, 0));
        assertEquals(1, target.refCnt());
        assertEquals(0, target.readableBytes());
        target.release();
        get(reader.close());
        get(writer.close());
    }

    /** A buffer that its owner has released once too often fails its own write, and no other. */
    @Test
    void shouldFailWriteOfReleasedBuffer() throws Exception {
        ZcrxFile file = get(ZcrxFile.open(loop, directory.resolve("file"), NEW));
        ByteBuf released = direct(new byte[10]);
        released.release();
        failure(RuntimeException.class, file.write(released, 0));
        failure(RuntimeException.class, file.read(released, 0));
        get(file.write(direct(new byte[10]), 0));
        get(file.close());
    }

    /** The kernel shows a process's memory as a file, which fails as a device does where there is none. */
    @Test
    void shouldTellErrorOfDevice() throws Exception {
        ZcrxFile memory =
                get(ZcrxFile.open(loop, Path.of("/proc/self/mem"), StandardOpenOption.READ, StandardOpenOption.WRITE));
        ByteBuf target = Unpooled.directBuffer(100);
        assertTrue(failure(EIO, memory.read(target, 4096)).getMessage().contains("dmesg"));
        target.release();
        ByteBuf buffer = direct(new byte[100]);
        ZcrxFileException failure = failure(EIO, memory.write(buffer, 4096));
        assertEquals(4096, failure.position());
        assertEquals(0, buffer.refCnt());
        get(memory.close());
    }

    /**
     * The limit of a process ends a write in its middle, and the process goes on though the kernel sends it a signal.
     */
    @Test
    void shouldTellHowMuchWasWrittenToFileThatMayNotBeLonger() throws Exception {
        int limit = 1_500_000;
        List<String> wrapper = List.of("prlimit", "--fsize=" + limit);
        try (Child child = new Child(wrapper, LimitedFileChild.class, directory.toString(), Integer.toString(limit))) {
            assertEquals(EFBIG + " " + limit + " 0", child.await("write"));
            assertEquals("true", child.await("stored"));
            // Joined or not, each piece has its own end.
            assertEquals("150 150 true", child.await("pieces"));
            assertEquals("true", child.await("stored"));
            assertEquals(EFBIG + " true", child.await("sink"));
            assertEquals("true", child.await("stored"));
            assertEquals("true", child.await("position"));
        }
    }

    /** What fitted is told, and is there; and with room again the file can be written on. */
    @Test
    void shouldTellHowMuchWasWrittenToFullDisk() throws Exception {
        String mount = "mount -t tmpfs -o size=3m zcrx " + directory + " && exec \"$@\"";
        List<String> wrapper = List.of("unshare", "-m", "--propagation", "private", "sh", "-c", mount, "sh");
        try (Child child = new Child(wrapper, FullDiskChild.class, directory.toString())) {
            assertEquals(ENOSPC, Integer.parseInt(child.await("errno")));
            long written = Long.parseLong(child.await("written"));
            long stored = Long.parseLong(child.await("stored"));
            assertTrue(written >= 1 << 20 && written <= stored && stored <= 3 << 20, written + " of " + stored);
            assertTrue(child.await("message").contains("The file system is full"));
            assertEquals(0, Integer.parseInt(child.await("references")));
            assertEquals("ENOSPC", child.await("allocation"));
            assertEquals("done", child.await("again"));
        }
    }
}
