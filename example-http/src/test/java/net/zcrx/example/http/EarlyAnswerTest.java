// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers that come before the end of an upload, at a client that reads none before it has sent all. */
@ParameterizedClass(name = "{0} {1}")
@MethodSource("transportsAndVersions")
class EarlyAnswerTest {
    private static final String CLEARTEXT = "cleartext";
    private static final int MAX_OBJECT_BYTES = 1 << 19;
    /** More than all buffers on the way hold. */
    private static final int LARGE = 32 << 20;

    private static final int HUGE = 100 << 20;
    /** Between two pieces of a slow body: together longer than the server waits for a client that is silent. */
    private static final int PAUSE_MILLIS = 250;

    private static final int SLOW_PIECES = 11;
    private static final byte[] PIECE = new byte[64 * 1024];

    private static ServerProcess server;

    @Parameter(0)
    private TransportName transport;

    @Parameter(1)
    private String version;

    static Stream<Arguments> transportsAndVersions() {
        return Stream.of(
                Arguments.of(TransportName.ZCRX, CLEARTEXT),
                Arguments.of(TransportName.ZCRX, "TLSv1.2"),
                Arguments.of(TransportName.ZCRX, "TLSv1.3"),
                Arguments.of(TransportName.EPOLL, CLEARTEXT),
                Arguments.of(TransportName.EPOLL, "TLSv1.3"));
    }

    @BeforeParameterizedClassInvocation
    static void start(TransportName transport, String version) throws Exception {
        String bound = Integer.toString(MAX_OBJECT_BYTES);
        // The idle timeout is shorter than a slow body takes: a client that sends is not idle.
        server = CLEARTEXT.equals(version)
                ? ServerProcess.start(transport, "--idle-timeout", "2", "--max-object-bytes", bound)
                : ServerProcess.start(
                        transport, "--idle-timeout", "2", "--max-object-bytes", bound, "--tls-self-signed");
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
    }

    private RawClient connect() throws Exception {
        return CLEARTEXT.equals(version) ? new RawClient(server) : new RawClient(Tls.connect(server, version));
    }

    private static String head(String line, String more) {
        return line + " HTTP/1.1\r\nHost: test\r\n" + more + "\r\n";
    }

    private static String length(int bytes) {
        return "Content-Length: " + bytes + "\r\n";
    }

    /** The response must be there as a whole, and the connection end in good order: no reset, nothing cut off. */
    private static void assertAnswer(int status, RawClient client) throws Exception {
        client.assertStatus(status);
        assertEquals(-1, client.input().read());
    }

    private static void sendLarge(RawClient client) throws Exception {
        send(LARGE, client);
    }

    private static void send(int bytes, RawClient client) throws Exception {
        for (int sent = 0; sent < bytes; sent += PIECE.length) {
            client.send(PIECE);
        }
    }

    @Test
    void shouldTellThatALargeObjectIsTooLarge() throws Exception {
        try (RawClient client = connect()) {
            client.send(head("PUT /objects/large", length(HUGE)));
            send(HUGE, client);
            assertAnswer(413, client);
        }
    }

    @Test
    void shouldTellThatAnObjectHasBecomeTooLarge() throws Exception {
        byte[] start = (Integer.toHexString(PIECE.length) + "\r\n").getBytes();
        byte[] end = "\r\n".getBytes();
        try (RawClient client = connect()) {
            client.send(head("PUT /objects/large", "Transfer-Encoding: chunked\r\n"));
            for (int sent = 0; sent < LARGE; sent += PIECE.length) {
                client.send(start).send(PIECE).send(end);
            }
            assertAnswer(413, client);
        }
    }

    @Test
    void shouldTellThatThereIsNothingToUploadTo() throws Exception {
        try (RawClient client = connect()) {
            client.send(head("PUT /nothing-here", length(LARGE)));
            sendLarge(client);
            assertAnswer(404, client);
        }
    }

    @Test
    void shouldTellWhatIsAllowedInsteadOfAnUpload() throws Exception {
        try (RawClient client = connect()) {
            client.send(head("PUT /metrics", length(LARGE)));
            sendLarge(client);
            String head = client.head();
            assertTrue(head.startsWith("HTTP/1.1 405 "), head);
            assertTrue(head.contains("allow: GET, HEAD\r\n"), head);
        }
    }

    @Test
    void shouldAnswerAClientThatSendsSlowly() throws Exception {
        try (RawClient client = connect()) {
            client.send(head("PUT /objects/large", length(SLOW_PIECES * PIECE.length)));
            for (int i = 0; i < SLOW_PIECES; i++) {
                client.send(PIECE);
                Thread.sleep(PAUSE_MILLIS);
            }
            assertAnswer(413, client);
        }
    }

    @Test
    void shouldNotInviteABodyThatIsRefusedAndReadItIfItComes() throws Exception {
        try (RawClient client = connect()) {
            client.send(head("PUT /objects/large", length(LARGE) + "Expect: 100-continue\r\n"));
            String head = client.head();
            assertTrue(head.startsWith("HTTP/1.1 413 "), head);
            sendLarge(client);
        }
        try (RawClient client = connect()) {
            client.send(head("PUT /nothing-here", length(LARGE) + "Expect: 100-continue\r\n"));
            sendLarge(client);
            assertAnswer(404, client);
        }
    }

    @Test
    void shouldAnswerWhatIsMalformedThoughMoreOfItComes() throws Exception {
        try (RawClient client = connect()) {
            client.send("this is not HTTP\r\n\r\n");
            sendLarge(client);
            assertAnswer(400, client);
        }
    }
}
