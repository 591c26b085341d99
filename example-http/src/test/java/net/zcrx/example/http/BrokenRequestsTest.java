// SPDX-License-Identifier: Apache-2.0
package net.zcrx.example.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same broken requests to a server on zcrx and to one on epoll: both must live, and answer alike. */
class BrokenRequestsTest {
    /** Repeat a failure, or try others, by {@code -Dzcrx.seed=...} and {@code -Dzcrx.requests=...}. */
    private static final long SEED = Long.getLong("zcrx.seed", 57_000);

    private static final int SEQUENCES = Integer.getInteger("zcrx.requests", 2000);

    /** Some sequences end by the idle timeout, which others need not wait for. */
    private static final int AT_ONCE = 32;

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.\\d (\\d{3}) [^\r]*\r\n");

    private static ServerProcess zcrx;
    private static ServerProcess epoll;

    @BeforeAll
    static void start() throws Exception {
        zcrx = ServerProcess.start(TransportName.ZCRX, "--idle-timeout", "1");
        epoll = ServerProcess.start(TransportName.EPOLL, "--idle-timeout", "1");
    }

    @AfterAll
    static void stop() throws Exception {
        for (ServerProcess server : List.of(zcrx, epoll)) {
            server.stop();
        }
    }

    @Test
    void shouldAnswerBrokenRequestsAsOnEpoll() throws Exception {
        BrokenRequests requests = new BrokenRequests(SEED);
        Set<String> statuses = new TreeSet<>();
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<List<String>>> answers = new ArrayList<>();
            for (int i = 0; i < SEQUENCES; i++) {
                int number = i;
                List<byte[]> pieces = requests.next();
                answers.add(threads.submit(() -> compare(number, pieces)));
            }
            for (Future<List<String>> answer : answers) {
                statuses.addAll(answer.get());
            }
        } finally {
            threads.shutdownNow();
        }
        // Or the requests were not as varied as they were meant to be.
        assertTrue(
                statuses.containsAll(Set.of("100", "200", "201", "400", "404", "405", "414", "417", "431", "505")),
                statuses.toString());
        for (ServerProcess server : List.of(zcrx, epoll)) {
            server.awaitQuiet();
            server.assertNoLeak();
        }
    }

    /** The statuses of the answers, which must be the same. */
    private static List<String> compare(int number, List<byte[]> pieces) throws IOException {
        List<String> byEpoll = answers(epoll, pieces);
        List<String> byZcrx = answers(zcrx, pieces);
        assertEquals(byEpoll, byZcrx, () -> "Sequence " + number + " of seed " + SEED + ": " + text(pieces));
        return byEpoll;
    }

    /** The statuses, and last how the connection ended. */
    private static List<String> answers(ServerProcess server, List<byte[]> pieces) throws IOException {
        List<String> answers = new ArrayList<>();
        try (RawClient client = new RawClient(server)) {
            client.socket().setTcpNoDelay(true);
            for (byte[] piece : pieces) {
                client.send(piece);
            }
            StringBuilder received = new StringBuilder();
            String end = "end";
            byte[] buffer = new byte[16 * 1024];
            try {
                for (int n = client.input().read(buffer);
                        n >= 0;
                        n = client.input().read(buffer)) {
                    received.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                }
            } catch (SocketException reset) {
                end = "reset";
            }
            for (Matcher status = STATUS_LINE.matcher(received); status.find(); ) {
                answers.add(status.group(1));
            }
            answers.add(end);
        }
        return answers;
    }

    private static String text(List<byte[]> pieces) {
        StringBuilder text = new StringBuilder();
        for (byte[] piece : pieces) {
            text.append(new String(piece, StandardCharsets.ISO_8859_1)
                            .replace("\r", "\\r")
                            .replace("\n", "\\n\n")
                            .replaceAll("a{99,}", "a..."))
                    .append("|");
        }
        return text.toString();
    }
}
