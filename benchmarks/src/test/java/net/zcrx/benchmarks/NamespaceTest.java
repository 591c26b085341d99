// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NamespaceTest {
    private static final long LIMIT_SECONDS = 60;

    @BeforeEach
    void needsRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")), "a network namespace needs root");
    }

    private static Process start(Namespace namespace, String... command) throws IOException {
        List<String> all = new ArrayList<>(namespace.prefix());
        all.addAll(List.of(command));
        return Processes.start(all, Redirect.INHERIT, LIMIT_SECONDS);
    }

    @Test
    void shouldGiveBothSidesItsCongestionControl() throws IOException {
        Namespace namespace = Namespace.withCongestion("reno");
        Process listener = start(namespace, Home.find().load().toString(), "drain");
        try {
            String port = KeyValues.parse(listener.inputReader().readLine()).get("port");
            Process connection = start(
                    namespace, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + port + "; ss -tinH state established");
            String sockets = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(
                    2, Pattern.compile("\\breno\\b").matcher(sockets).results().count(), sockets);
        } finally {
            Processes.stop(listener);
        }
    }

    @Test
    void shouldSayWhatTheKernelDoesNotHave() {
        IOException error = assertThrows(IOException.class, () -> Namespace.withCongestion("nonesuch"));
        assertTrue(error.getMessage().contains("congctl nonesuch failed"), error.getMessage());
    }
}
