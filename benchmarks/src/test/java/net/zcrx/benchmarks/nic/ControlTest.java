// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks.nic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two ends of a real connection. */
@Timeout(60)
class ControlTest {
    private static final double LONG = 30;

    private ServerSocket listener;
    private Socket one;
    private Socket other;

    @BeforeEach
    void connect() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        one = new Socket(listener.getInetAddress(), listener.getLocalPort());
        other = listener.accept();
    }

    @AfterEach
    void disconnect() throws IOException {
        one.close();
        other.close();
        listener.close();
    }

    private static <T> CompletableFuture<T> async(Callable<T> task) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return task.call();
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private Control openBeside(String firstWords) throws Exception {
        say(other, firstWords);
        return Control.open(one);
    }

    @Test
    void shouldCarryOrdersAndAnswers() throws Exception {
        CompletableFuture<Control> opening = async(() -> Control.open(one));
        try (Control client = Control.open(other);
                Control server = opening.get()) {
            server.send(Order.load(7601, 2, 0.5, 1.5));
            server.send(Order.end("done: ü\nsecond line"));
            assertEquals(Order.load(7601, 2, 0.5, 1.5), client.receive(Order.class, LONG, "an order"));
            assertEquals(Order.end("done: ü\nsecond line"), client.receive(Order.class, LONG, "an order"));
            client.send(Answer.failed("It did not."));
            client.send(Answer.loaded(0.25, 7));
            assertEquals("It did not.", server.receive(Answer.class, LONG, "a").failure());
            assertEquals(Answer.loaded(0.25, 7), server.receive(Answer.class, LONG, "a"));
        }
    }

    @Test
    void shouldRefuseAnotherVersion() {
        PeerException error = assertThrows(PeerException.class, () -> openBeside("zcrx-bench-nic 99\n"));
        assertTrue(error.getMessage().contains("version 99"), error.getMessage());
        assertTrue(error.getMessage().contains("same checkout"), error.getMessage());
        assertTrue(one.isClosed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-OpenSSH_10.0\r\n", "\n", "HTTP/1.1 400 Bad Request\r\n\r\n"})
    void shouldTellWhatIsSomethingElse(String words) {
        PeerException error = assertThrows(PeerException.class, () -> openBeside(words));
        assertTrue(error.getMessage().contains("is not ./zcrx bench nic"), error.getMessage());
    }

    @Test
    void shouldNotTakeALineWithoutEnd() throws Exception {
        CompletableFuture<Void> endless = async(() -> {
            // Ends as the other side closes.
            assertThrows(IOException.class, () -> {
                while (true) {
                    say(other, "x".repeat(64 * 1024));
                }
            });
            return null;
        });
        PeerException error = assertThrows(PeerException.class, () -> Control.open(one));
        assertTrue(error.getMessage().contains("is not ./zcrx bench nic"), error.getMessage());
        endless.get();
    }

    @Test
    void shouldSayThatTheOtherSideWentAway() throws Exception {
        Control control = openBeside("zcrx-bench-nic 1\n{\"kind\": \"EN");
        other.close();
        PeerException error = assertThrows(PeerException.class, () -> control.receive(Order.class, LONG, "an order"));
        assertTrue(error.getMessage().contains("went away"), error.getMessage());
    }

    @Test
    void shouldSayThatTheOtherSideIsSilent() throws Exception {
        Control control = openBeside("zcrx-bench-nic 1\n");
        PeerException error = assertThrows(PeerException.class, () -> control.receive(Order.class, 0.05, "an order"));
        assertTrue(error.getMessage().contains("expected: an order"), error.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"no JSON", "[1]", "\"text\"", "{\"mtu\": \"many\"}", ""})
    void shouldSayWhatIsNotUnderstood(String line) throws Exception {
        Control control = openBeside("zcrx-bench-nic 1\n" + line + "\n");
        PeerException error = assertThrows(PeerException.class, () -> control.receive(Order.class, LONG, "an order"));
        assertTrue(error.getMessage().contains("is not understood (an order)"), error.getMessage());
    }
}
