// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

/** A gRPC server that knows nothing of zcrx, with the agent and a queue of the NIC. */
@Tag("vm")
class AgentTest {
    private static final Pattern SUM =
            Pattern.compile("zcrx-agent framework=grpc-java facades=\\d+ received=(\\d+) zeroCopy=(\\d+) mismatches=0");

    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "0",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldReceiveWithoutCopy() throws Exception {
        String said = Command.run("./zcrx", "run", "--agent-demo");
        Matcher sum = SUM.matcher(said);
        assertTrue(sum.find(), said);
        // The start of a short frame may come with its headers.
        assertTrue(Long.parseLong(sum.group(2)) >= Long.parseLong(sum.group(1)) * 99 / 100, said);
        Nic.leaksNothing();
    }
}
