// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A disk that is full, that may not be written to, or whose objects go while they are read: by ring and by threads. */
@ParameterizedClass(name = "{0}")
@MethodSource("transports")
class DiskFailureTest {
    /** By threads in a full run only, as it takes long. */
    static Stream<TransportName> transports() {
        return "1".equals(System.getenv("ZCRX_FULL"))
                ? Stream.of(TransportName.ZCRX, TransportName.EPOLL)
                : Stream.of(TransportName.ZCRX);
    }

    private static final int DISK_BYTES = 28 << 20;
    /** More than sockets hold, so that the server has to wait in the middle of it. */
    private static final int LARGE = 20 << 20;

    private static final int SMALL = 100_003;
    private static final int INODES = 20;

    @TempDir
    private static Path contents;

    private static Path large;
    private static Path small;
    private static ServerProcess server;

    @Parameter
    private TransportName transport;

    @TempDir
    private Path files;

    @BeforeParameterizedClassInvocation
    static void start(TransportName transport) throws Exception {
        large = RandomFile.create(contents, "large", LARGE);
        small = RandomFile.create(contents, "small", SMALL);
        String mount = "mount -t tmpfs -o size=" + DISK_BYTES + ",nr_inodes=" + INODES + " zcrx $1"
                // Or root might write anywhere.
                + " && exec setpriv --bounding-set=-dac_override,-dac_read_search \"$@\"";
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

    private String put(Protocol protocol, Path content, String url, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-T", content.toString(), url));
        arguments.addAll(List.of(more));
        String status = status(protocol, arguments.toArray(new String[0]));
        assertEquals(List.of(), server.unfinished(), "It was answered before it was gone.");
        return status;
    }

    private void assertReads(Path content, Protocol protocol, String url) throws Exception {
        assertEquals("200", status(protocol, url));
        assertEquals(-1, Files.mismatch(content, files.resolve("answer")));
    }

    private static void assertNoObject(String name) {
        assertFalse(Files.exists(server.objects().resolve(name)));
    }

    /** How many descriptors the server has of files without a name. */
    private static long deletedButOpen() throws IOException {
        long count = 0;
        try (Stream<Path> descriptors =
                Files.list(Path.of("/proc/" + server.process().pid() + "/fd"))) {
            for (Path descriptor : descriptors.collect(Collectors.toList())) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    count += target.contains("/objects/") && target.endsWith(" (deleted)") ? 1 : 0;
                } catch (IOException closedMeanwhile) {
                    continue;
                }
            }
        }
        return count;
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void shouldTellThatDiskIsFull(Protocol protocol) throws Exception {
        String url = server.url("/objects/object");
        Path filler = server.objects().resolve("filler");
        Files.write(filler, new byte[DISK_BYTES / 2]);
        for (String header : List.of("Expect:", "Transfer-Encoding: chunked")) {
            assertEquals("507", put(protocol, large, url, "-H", protocol.isHttp2() ? "Expect:" : header));
            assertNoObject("object");
        }
        assertTrue(Files.readString(files.resolve("answer")).contains("no room"));
        assertEquals("201", put(protocol, small, url));
        assertEquals("507", put(protocol, large, url));
        assertReads(small, protocol, url);
        Files.delete(filler);
        assertEquals("204", put(protocol, large, url));
        assertReads(large, protocol, url);
        assertEquals("204", status(protocol, "-X", "DELETE", url));
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void shouldTellThatNoFileCanBeMade(Protocol protocol) throws Exception {
        String url = server.url("/objects/object");
        List<Path> fillers = new ArrayList<>();
        try {
            while (fillers.size() < INODES) {
                fillers.add(Files.createFile(server.objects().resolve("filler-" + fillers.size())));
            }
        } catch (IOException full) {
            assertEquals("507", put(protocol, small, url));
        }
        assertTrue(fillers.size() < INODES);
        assertNoObject("object");
        for (Path filler : fillers) {
            Files.delete(filler);
        }
        assertEquals("201", put(protocol, small, url));
        assertEquals("204", status(protocol, "-X", "DELETE", url));
    }

    private static void remount(String how) throws Exception {
        String pid = Long.toString(server.process().pid());
        Path objects = server.directory().resolve("objects");
        Program.run(
                        "util-linux",
                        List.of("nsenter", "-t", pid, "-m", "mount", "-o", "remount," + how, objects.toString()))
                .succeeded();
    }

    private void assertMayBeReadOnly(Protocol protocol, Path content, String url) throws Exception {
        assertEquals("403", put(protocol, content, url));
        assertEquals("403", put(protocol, content, url + "-2"));
        assertNoObject("object-2");
        assertEquals("403", status(protocol, "-X", "DELETE", url));
        assertReads(content, protocol, url);
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void shouldTellThatDirectoryIsReadOnly(Protocol protocol) throws Exception {
        String url = server.url("/objects/object");
        assertEquals("201", put(protocol, small, url));
        remount("ro");
        assertMayBeReadOnly(protocol, small, url);
        remount("rw");
        Files.setPosixFilePermissions(server.objects(), PosixFilePermissions.fromString("r-xr-xr-x"));
        assertMayBeReadOnly(protocol, small, url);
        Files.setPosixFilePermissions(server.objects(), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEquals("204", status(protocol, "-X", "DELETE", url));
    }

    /** A download whose reader stops after the first bytes, until it is read on. */
    private Process download(Protocol protocol, String url) throws Exception {
        Process curl = new ProcessBuilder(command(protocol, url))
                .redirectError(files.resolve("errors").toFile())
                .start();
        InputStream pipe = curl.getInputStream();
        Await.until(() -> pipe.available() > 0 ? null : "Nothing was received.");
        return curl;
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void shouldReadToItsEndWhatGrowsAndIsDeletedOrReplacedMeanwhile(Protocol protocol) throws Exception {
        String url = server.url("/objects/object");
        for (boolean delete : new boolean[] {true, false}) {
            assertEquals("201", put(protocol, large, url));
            Process curl = download(protocol, url);
            Files.write(server.objects().resolve("object"), new byte[SMALL], StandardOpenOption.APPEND);
            if (delete) {
                assertEquals("204", status(protocol, "-X", "DELETE", url));
                assertEquals("404", status(protocol, url));
            } else {
                assertEquals("204", put(protocol, small, url));
                assertReads(small, protocol, url);
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
    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void shouldBreakOffWhatShrinksMeanwhile(Protocol protocol) throws Exception {
        String url = server.url("/objects/object");
        assertEquals("201", put(protocol, large, url));
        Process curl = download(protocol, url);
        Path object = server.objects().resolve("object");
        try (FileChannel file = FileChannel.open(object, StandardOpenOption.WRITE)) {
            file.truncate(SMALL);
        }
        long received = curl.getInputStream().transferTo(OutputStream.nullOutputStream());
        assertTrue(received < LARGE);
        assertNotEquals(0, curl.waitFor());
        assertEquals("200", status(protocol, url));
        assertEquals("204", status(protocol, "-X", "DELETE", url));
    }
}
