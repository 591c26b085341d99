// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoadGeneratorTest {
    /** One that says what a shell says. */
    private static LoadGenerator shell(Process process) {
        return new LoadGenerator(process) {
            @Override
            void awaitBegin() {}

            @Override
            void awaitEnd() {}

            @Override
            List<GroupResult> results() {
                return List.of();
            }
        };
    }

    @Test
    void shouldNotBeWaitedForWhenItDied() throws Exception {
        Process process = new ProcessBuilder("sh", "-c", "read line").start();
        try (LoadGenerator generator = shell(process)) {
            assertFalse(generator.hasEnded());
            process.getOutputStream().close();
            process.waitFor();
            assertTrue(generator.hasEnded());
            RunFailedException error = assertThrows(RunFailedException.class, () -> generator.read(line -> true));
            assertTrue(error.getMessage().contains("load.log"), error.getMessage());
        }
    }

    @Test
    void shouldSkipLinesThatAreNotWanted() throws Exception {
        Process process = new ProcessBuilder("sh", "-c", "echo one; echo two").start();
        try (LoadGenerator generator = shell(process)) {
            assertEquals("two", generator.read(line -> line.startsWith("t")));
        }
    }
}
