// SPDX-License-Identifier: Apache-2.0
package net.zcrx.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    @Test
    void shouldHaveNoneByDefault() {
        Options options = Options.of(null, null);
        assertEquals(Map.of(), options.values());
        assertFalse(options.report());
        assertEquals(List.of(), options.complaints());
    }

    @Test
    void shouldReadAll() {
        Options options = Options.of("mode=copy,report,interfaceQueues=eth0:4-7,eth1:2,queuesFor=worker", null);
        assertEquals(
                Map.of(
                        "mode", "COPY",
                        "report", "true",
                        "interfaceQueues", "eth0:4-7,eth1:2",
                        "queuesFor", "worker"),
                options.values());
        assertEquals(List.of(), options.complaints());
    }

    @Test
    void shouldPreferArgumentToEnvironment() {
        Options options = Options.of("mode=COPY", "mode=AUTO,report=true");
        assertEquals(Map.of("mode", "COPY", "report", "true"), options.values());
        assertTrue(options.report());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "colour=red; There is no option colour (in the agent's argument)",
                "repost; There is no option repost (in the agent's argument)",
                "mode=fast; The option mode=FAST must be one of AUTO, COPY",
                "meters=1; The option meters=1 must be true or false",
                "report=perhaps; The option report=perhaps must be true or false",
                "interfaceQueues=eth0,queuesFor=x; The option interfaceQueues=eth0 must be like eth0:4-7",
                "interfaceQueues=eth0:4; The option interfaceQueues=eth0:4 has queues, but no group",
                "queuesFor=worker; The option queuesFor=worker names a group for queues",
            })
    void shouldComplainAndLeaveOut(String argument, String complaint) {
        Options options = Options.of(argument, null);
        assertEquals(Map.of(), options.values());
        assertTrue(
                options.complaints().get(0).startsWith(complaint),
                options.complaints().toString());
    }
}
