// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An event loop that cannot be built says why, and leaves no descriptor, mapping or thread behind. */
class BrokenLoopsTest {
    private static final int BYTES = 1 << 20;

    @Test
    void shouldLeaveNothing() throws Exception {
        Map<String, String> said = run(List.of("prlimit", "--nofile=300:300"), 0);
        assertRefused(said, "chunks", "Change areaBytes or chunkBytes");
        assertRefused(said, "mode", "Mode ZERO_COPY was demanded but does not work");
        assertRefused(said, "descriptors.0", "ulimit -n");
        assertRefused(said, "descriptors.1", "ulimit -n");
        for (int free = 2; free < 6; free++) {
            assertNothingLost(said, "descriptors." + free);
        }
    }

    /** More loops than a megabyte of locked memory can hold, on kernels that count it. */
    @Test
    void shouldSayThatMemoryIsLocked() throws Exception {
        Map<String, String> said = run(Probe.withLockedMemory(BYTES), 40);
        if (!said.get("memory.refusal").equals("none")) {
            assertRefused(said, "memory", "locked");
            assertTrue(said.get("memory.refusal").contains("fewer event loops"), said::toString);
        }
        assertNothingLost(said, "memory");
    }

    private static Map<String, String> run(List<String> wrapper, int tooMany) throws Exception {
        return Probe.run(
                        wrapper,
                        List.of(
                                "-cp",
                                System.getProperty("java.class.path"),
                                BrokenLoops.class.getName(),
                                Integer.toString(tooMany)))
                .said();
    }

    private static void assertRefused(Map<String, String> said, String name, String sentence) {
        assertNotEquals("none", said.get(name + ".refusal"), said::toString);
        assertTrue(said.get(name + ".refusal").contains(sentence), said::toString);
        assertNothingLost(said, name);
    }

    private static void assertNothingLost(Map<String, String> said, String name) {
        for (String what : List.of("descriptors", "rings", "threads", "areas")) {
            assertEquals("0", said.get(name + "." + what), () -> name + " loses " + what + ": " + said);
        }
    }
}
