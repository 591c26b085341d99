// SPDX-License-Identifier: Apache-2.0
package net.zcrx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

/** The example as people start it, with a client at the other end of the wire. */
@Tag("vm")
class ExampleTest {
    private static final Pattern SUM = Pattern.compile(
            "zcrx-once mode=(\\S+) transport=zcrx received=(\\d+) zeroCopy=(\\d+) copied=(\\d+) mismatches=0");

    private static final Pattern POD_SUM = Pattern.compile("zcrx-pod received=(\\d+) zeroCopy=(\\d+) mismatches=0");

    @Test
    void shouldReceiveWithoutCopy() throws Exception {
        String said = Command.run("./zcrx", "run", "--once");
        Matcher sum = SUM.matcher(said);
        assertTrue(sum.find(), said);
        assertEquals("ZERO_COPY", sum.group(1), said);
        long received = Long.parseLong(sum.group(2));
        long zeroCopy = Long.parseLong(sum.group(3));
        // The start of a short request may come with its headers.
        assertTrue(zeroCopy >= received * 99 / 100, said);
        assertEquals(received, zeroCopy + Long.parseLong(sum.group(4)), said);
        // Netty warns whenever the completion queue is full.
        assertFalse(said.contains("overflow"), said);
        Nic.leaksNothing();
    }

    /** In a network namespace of its own, with CAP_NET_ADMIN and nothing else. */
    @Test
    @DisabledIfEnvironmentVariable(
            named = "ZCRX_HALF",
            matches = "1",
            disabledReason = "a full run has the slow ones of both halves")
    void shouldReceiveWithoutCopyInPod() throws Exception {
        String said = Command.run("./zcrx", "run", "--once", "--pod");
        Matcher sum = POD_SUM.matcher(said);
        assertTrue(sum.find(), said);
        long received = Long.parseLong(sum.group(1));
        assertTrue(Long.parseLong(sum.group(2)) >= received * 99 / 100, said);
        assertTrue(said.contains("ip link del zcrx0-host"), said);
        Nic.leaksNothing();
    }
}
