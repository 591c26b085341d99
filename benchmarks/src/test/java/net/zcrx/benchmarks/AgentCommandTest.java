// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import net.zcrx.benchmarks.AgentModule.Way;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** {@code ./zcrx bench agent}, for a moment; the agent and its programs must have been built. */
@Timeout(300)
class AgentCommandTest {
    private static final String REPORT =
            "zcrx-agent: INFO report: facades=8 groups=1 loops=4 modes=[COPY] received=1000"
                    + " zeroCopy=0 copied=1000 held=0 channels={}\n";

    @Test
    void shouldMeasureAServerInBothWays() {
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        int code = new CommandLine(new Bench())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(errors))
                .execute("agent --rounds 1 --seconds 0.5 --warmup 0.5 --starts 1 --only SPRING".split(" "));
        assertEquals(0, code, errors::toString);
        String text = out.toString();
        for (String row : new String[] {"start until it listens", "requests per second", "uploads, MiB/s"}) {
            // Two figures, and no verdict on the ratio of a single round.
            assertTrue(text.matches("(?s).*" + row + " +[1-9][^\n]* no verdict: fewer than 3 rounds *\n.*"), text);
        }
    }

    @Test
    void shouldNotTakeEpollForTheAgent() {
        assertThrows(RunFailedException.class, () -> new AgentWords("").check(Way.AGENT, 1000));
        AgentWords nothing = new AgentWords("zcrx-agent: INFO report: nothing ran on zcrx.\n");
        assertThrows(RunFailedException.class, () -> nothing.check(Way.AGENT, 0));
        assertThrows(RunFailedException.class, () -> new AgentWords(REPORT).check(Way.AGENT, 1001));
        assertDoesNotThrow(() -> new AgentWords(REPORT).check(Way.AGENT, 1000));
    }

    @Test
    void shouldNotTakeTheAgentForEpoll() {
        assertThrows(RunFailedException.class, () -> new AgentWords(REPORT).check(Way.EPOLL, 1000));
        assertDoesNotThrow(() -> new AgentWords("a warning").check(Way.EPOLL, 1000));
    }
}
