// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What no well-behaved client does with objects over HTTP/2: streams that break off, that lie, and that meet. */
@ParameterizedClass(name = "{0}")
@EnumSource(
        value = TransportName.class,
        names = {"ZCRX", "EPOLL"})
class BrokenStreamsTest {
    private static final byte[] PART = "part of it".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OTHER = "something else".getBytes(StandardCharsets.US_ASCII);
    /** More than the server's heap and direct memory together. A file of that length without a block on the disk. */
    private static final long HUGE = 1L << 30;

    private static final int STALLED = 4;
    private static final int ROUNDS = 10;
    private static final int PAUSE_MILLIS = 50;
    /** What a client has said that it takes, where it says nothing. */
    private static final int WINDOW = 65_535;

    private static ServerProcess server;

    BrokenStreamsTest(TransportName transport) {}

    @BeforeParameterizedClassInvocation
    static void start(TransportName transport) throws Exception {
        server = ServerProcess.start(transport, "--threads", "1");
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        try {
            server.assertNoLeak();
        } finally {
            server.stop();
        }
    }

    @AfterEach
    void leavesNothingBehind() throws Exception {
        server.awaitQuiet();
        Await.until(() -> server.openObjects().isEmpty() ? null : "open: " + server.openObjects());
        try (Stream<Path> objects = Files.list(server.objects())) {
            assertEquals(List.of(), objects.toList());
        }
    }

    private static void awaitUpload() throws Exception {
        Await.until(() -> server.unfinished().isEmpty() ? "the upload has not begun" : null);
    }

    @Test
    void shouldLeaveNothingOfStreamThatIsReset() throws Exception {
        try (RawStreams client = new RawStreams(server)) {
            client.request(1, "PUT", "/objects/object").data(1, PART);
            awaitUpload();
            client.reset(1);
            Await.until(() -> server.unfinished().isEmpty() ? null : "The upload is not given up.");
            // The connection goes on.
            client.get(3, "GET", "/objects/object");
            assertEquals("404", client.answer(3));
        }
    }

    @Test
    void shouldLeaveNothingOfConnectionThatEnds() throws Exception {
        for (boolean reset : new boolean[] {false, true}) {
            try (RawStreams client = new RawStreams(server)) {
                client.request(1, "PUT", "/objects/object").data(1, PART);
                awaitUpload();
                client.socket().setSoLinger(reset, 0);
            }
            server.awaitQuiet();
        }
    }

    @Test
    void shouldLeaveNothingOfBodyOfAnotherLength() throws Exception {
        for (int bytes : new int[] {PART.length - 1, PART.length + 1}) {
            try (RawStreams client = new RawStreams(server)) {
                client.request(1, "PUT", "/objects/object", "content-length", Integer.toString(bytes));
                client.lastData(1, PART);
                assertTrue(Set.of("400", RawStreams.RESET).contains(client.answer(1)), client.answer(1));
            }
        }
    }

    @Test
    void shouldRefuseNamesThatAreNone() throws Exception {
        int stream = 1;
        try (RawStreams client = new RawStreams(server)) {
            for (String name :
                    List.of("..", "../x", "%2e%2e/x", "a%00", "a/b", ".x", "n".repeat(129), "n".repeat(5000))) {
                client.request(stream, "PUT", "/objects/" + name).lastData(stream, PART);
                assertEquals("400", client.answer(stream), name);
                stream += 2;
            }
        }
        try (RawStreams client = new RawStreams(server)) {
            client.request(1, "PUT", "/objects/a\0b").lastData(1, PART);
            assertTrue(Set.of("400", RawStreams.RESET).contains(client.answer(1)), client.answer(1));
        }
    }

    @Test
    void shouldKeepWhicheverUploadOfNameEndsLast() throws Exception {
        try (RawStreams client = new RawStreams(server)) {
            client.request(1, "PUT", "/objects/object").data(1, PART);
            awaitUpload();
            client.get(3, "DELETE", "/objects/object");
            assertEquals("404", client.answer(3));
            client.request(5, "PUT", "/objects/object").lastData(5, OTHER);
            assertEquals("201", client.answer(5));
            client.get(7, "GET", "/objects/object");
            assertArrayEquals(OTHER, client.body(7, OTHER.length));
            client.lastData(1, new byte[0]);
            assertEquals("204", client.answer(1));
            client.get(9, "GET", "/objects/object");
            assertArrayEquals(PART, client.body(9, PART.length));
            client.get(11, "DELETE", "/objects/object");
            assertEquals("204", client.answer(11));
        }
    }

    /** They get what they take and no more, and others are served meanwhile. */
    @Test
    void shouldReadLittleForClientsThatTakeNone() throws Exception {
        Path huge = server.objects().resolve("huge");
        try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength(HUGE);
        }
        try (RawStreams client = new RawStreams(server);
                RawStreams other = new RawStreams(server)) {
            for (int i = 0; i < STALLED; i++) {
                client.get(2 * i + 1, "GET", "/objects/huge");
                assertEquals("200", client.answer(2 * i + 1));
            }
            // In that time a server that reads on has no memory left, and breaks off.
            for (int round = 0; round < ROUNDS; round++) {
                other.get(2 * round + 1, "GET", "/objects/none");
                assertEquals("404", other.answer(2 * round + 1));
                client.ping();
                Thread.sleep(PAUSE_MILLIS);
            }
            int received = 0;
            for (int i = 0; i < STALLED; i++) {
                assertEquals("200", client.answer(2 * i + 1));
                received += client.body(2 * i + 1, 0).length;
            }
            assertEquals(WINDOW, received);
            assertEquals(STALLED, server.openObjects().size());
        }
        Files.delete(huge);
    }
}
