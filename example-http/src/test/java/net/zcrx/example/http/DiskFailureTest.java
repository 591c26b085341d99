// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A disk that is full, that may not be written to, or whose objects go while they are read: by ring and by threads. */
@ParameterizedClass(name = "{0}")
@EnumSource(
        value = TransportName.class,
        names = {"ZCRX", "EPOLL"})
class DiskFailureTest {
    /** A case that each protocol has, as their responses take other ways through the server. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP_1_1", "HTTP_2"})
    @interface EachProtocol {}

    private interface Case {
        void run() throws Exception;
    }

    private static final int DISK_BYTES = 28 << 20;
    /** More than sockets hold, so that the server has to wait in the middle of it. */
    private static final int LARGE = 20 << 20;

    private static final int SMALL = 100_003;
    /** The longest file that the server may write, and more. */
    private static final int FILE_BYTES = 22 << 20;

    private static final int TOO_LARGE = 23 << 20;
    private static final int INODES = 20;

    @TempDir
    private static Path contents;

    private static Path large;
    private static Path small;
    private static Path tooLarge;
    private static ServerProcess server;

    @Parameter
    private TransportName transport;

    @TempDir
    private Path files;

    private String url;

    @BeforeParameterizedClassInvocation
    static void start(TransportName transport) throws Exception {
        large = RandomFile.create(contents, "large", LARGE);
        small = RandomFile.create(contents, "small", SMALL);
        tooLarge = RandomFile.create(contents, "too-large", TOO_LARGE);
        String mount = "mount -t tmpfs -o size=" + DISK_BYTES + ",nr_inodes=" + INODES + " zcrx $1"
                + " && exec prlimit --fsize=" + FILE_BYTES
                // Or root might write anywhere.
                + " setpriv --bounding-set=-dac_override,-dac_read_search \"$@\"";
        server = ServerProcess.startMounted(mount, transport);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        if (server != null) {
            server.collectGarbage();
            server.stop();
            server = null;
        }
    }

    @BeforeEach
    void name() {
        url = server.url("/objects/object");
    }

    @AfterEach
    void leavesNothingBehind() throws Exception {
        server.awaitQuiet();
        Await.until(() -> deletedButOpen() == 0 ? null : "A file that was deleted is still open.");
    }

    private static List<String> command(Protocol protocol, String... arguments) {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "60"));
        command.addAll(protocol.curlOptions);
        command.addAll(List.of(arguments));
        return command;
    }

    private String status(Protocol protocol, String... arguments) throws Exception {
        List<String> command = command(protocol, arguments);
        command.addAll(List.of("-o", files.resolve("answer").toString(), "-w", "%{http_code}"));
        return Program.run("curl", command).succeeded().output();
    }

    private String put(Protocol protocol, Path content, String... more) throws Exception {
        return put(protocol, content, url, List.of(more));
    }

    private String put(Protocol protocol, Path content, String where, List<String> more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-T", content.toString(), where));
        arguments.addAll(more);
        String status = status(protocol, arguments.toArray(new String[0]));
        assertEquals(List.of(), server.unfinished(), "It was answered before it was gone.");
        return status;
    }

    /** Stores an object, and when all is over deletes what is there then. */
    private void withObject(Protocol protocol, Path content, Case of) throws Exception {
        assertEquals("201", put(protocol, content));
        of.run();
        assertEquals("204", status(protocol, "-X", "DELETE", url));
    }

    private void assertReads(Path content, Protocol protocol) throws Exception {
        assertEquals("200", status(protocol, url));
        assertEquals(-1, Files.mismatch(content, files.resolve("answer")));
    }

    private static void assertNoObject(String name) {
        assertFalse(Files.exists(server.objects().resolve(name)));
    }

    private static long deletedButOpen() throws IOException {
        return server.openObjects().stream()
                .filter(target -> target.endsWith(" (deleted)"))
                .count();
    }

    @EachProtocol
    void shouldTellThatDiskIsFull(Protocol protocol) throws Exception {
        Path filler = server.objects().resolve("filler");
        Files.write(filler, new byte[DISK_BYTES / 2]);
        for (String header : List.of("Expect:", "Transfer-Encoding: chunked")) {
            assertEquals("507", put(protocol, large, "-H", protocol.isHttp2() ? "Expect:" : header));
            assertNoObject("object");
        }
        assertTrue(Files.readString(files.resolve("answer")).contains("no room"));
        withObject(protocol, small, () -> {
            assertEquals("507", put(protocol, large));
            assertReads(small, protocol);
            Files.delete(filler);
            assertEquals("204", put(protocol, large));
            assertReads(large, protocol);
        });
    }

    @EachProtocol
    void shouldTellThatNoFileCanBeMade(Protocol protocol) throws Exception {
        List<Path> fillers = new ArrayList<>();
        try {
            while (fillers.size() < INODES) {
                fillers.add(Files.createFile(server.objects().resolve("filler-" + fillers.size())));
            }
        } catch (IOException full) {
            assertEquals("507", put(protocol, small));
        }
        assertTrue(fillers.size() < INODES);
        assertNoObject("object");
        for (Path filler : fillers) {
            Files.delete(filler);
        }
        withObject(protocol, small, () -> assertReads(small, protocol));
    }

    @EachProtocol
    void shouldTellThatFileMayNotBeThatLong(Protocol protocol) throws Exception {
        withObject(protocol, small, () -> {
            assertEquals("413", put(protocol, tooLarge));
            assertTrue(Files.readString(files.resolve("answer")).contains("length"));
            assertReads(small, protocol);
        });
    }

    private static void remount(String how) throws Exception {
        String pid = Long.toString(server.process().pid());
        Path objects = server.directory().resolve("objects");
        Program.run(
                        "util-linux",
                        List.of("nsenter", "-t", pid, "-m", "mount", "-o", "remount," + how, objects.toString()))
                .succeeded();
    }

    private void assertMayBeReadOnly(Protocol protocol) throws Exception {
        assertEquals("403", put(protocol, small));
        assertEquals("403", put(protocol, small, url + "-2", List.of()));
        assertNoObject("object-2");
        assertEquals("403", status(protocol, "-X", "DELETE", url));
        assertReads(small, protocol);
    }

    @EachProtocol
    void shouldTellThatDirectoryIsReadOnly(Protocol protocol) throws Exception {
        withObject(protocol, small, () -> {
            remount("ro");
            assertMayBeReadOnly(protocol);
            remount("rw");
            Files.setPosixFilePermissions(server.objects(), PosixFilePermissions.fromString("r-xr-xr-x"));
            assertMayBeReadOnly(protocol);
            Files.setPosixFilePermissions(server.objects(), PosixFilePermissions.fromString("rwxr-xr-x"));
        });
    }

    /** A download whose reader stops after the first bytes, until it is read on. */
    private Process download(Protocol protocol) throws Exception {
        Process curl = new ProcessBuilder(command(protocol, url))
                .redirectError(files.resolve("errors").toFile())
                .start();
        InputStream pipe = curl.getInputStream();
        Await.until(() -> pipe.available() > 0 ? null : "Nothing was received.");
        return curl;
    }

    @EachProtocol
    void shouldReadToItsEndWhatGrowsAndIsDeletedOrReplacedMeanwhile(Protocol protocol) throws Exception {
        for (boolean delete : new boolean[] {true, false}) {
            assertEquals("201", put(protocol, large));
            Process curl = download(protocol);
            Files.write(server.objects().resolve("object"), new byte[SMALL], StandardOpenOption.APPEND);
            if (delete) {
                assertEquals("204", status(protocol, "-X", "DELETE", url));
                assertEquals("404", status(protocol, url));
            } else {
                assertEquals("204", put(protocol, small));
                assertReads(small, protocol);
                assertEquals("204", status(protocol, "-X", "DELETE", url));
            }
            assertEquals(1, deletedButOpen());
            Path received = files.resolve("received-" + delete);
            Files.copy(curl.getInputStream(), received);
            assertEquals(0, curl.waitFor(), Files.readString(files.resolve("errors")));
            assertEquals(-1, Files.mismatch(large, received));
        }
    }

    /** The client must see that it has not got all of it. */
    @EachProtocol
    void shouldBreakOffWhatShrinksMeanwhile(Protocol protocol) throws Exception {
        withObject(protocol, large, () -> {
            Process curl = download(protocol);
            Path object = server.objects().resolve("object");
            try (FileChannel file = FileChannel.open(object, StandardOpenOption.WRITE)) {
                file.truncate(SMALL);
            }
            long received = curl.getInputStream().transferTo(OutputStream.nullOutputStream());
            assertTrue(received < LARGE);
            assertNotEquals(0, curl.waitFor());
            assertEquals("200", status(protocol, url));
        });
    }
}
