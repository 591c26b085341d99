// SPDX-License-Identifier: Apache-2.0
package net.zcrx.environment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where nobody asked for a number of loops, a group has those that the limit of locked memory allows. */
class FittingLoopsTest {
    private static final int BYTES = 1 << 20;
    /** Twice these is more than a megabyte can hold, on kernels that count rings as locked memory (6.14). */
    private static final int PROCESSORS = 32;

    @Test
    void shouldGoOnWithThoseThatFit() throws Exception {
        List<String> lines = run();
        int loops = number(lines, "loops");
        assertEquals(2 * PROCESSORS, number(lines, "numbers"), lines::toString);
        assertEquals(2 * PROCESSORS, number(lines, "answers"), lines::toString);
        assertEquals(loops, number(lines, "serving"), lines::toString);
        assertTrue(lines.contains("ended=true"), lines::toString);
        List<String> warnings =
                lines.stream().filter(line -> line.contains(" WARN ")).toList();
        if (loops == 2 * PROCESSORS) {
            assertEquals(List.of(), warnings);
        } else {
            assertEquals(1, warnings.size(), warnings::toString);
            String goesOn = "goes on with the " + loops + " event loops that it has";
            assertTrue(warnings.get(0).contains(goesOn), warnings::toString);
            assertTrue(warnings.get(0).contains("locked memory"), warnings::toString);
        }
    }

    /** Whoever asks for a number gets it, or a refusal; BrokenLoopsTest asks by a parameter. */
    @Test
    void shouldRefuseNumberThatWasAskedFor() throws Exception {
        List<String> lines = run("-Dio.netty.eventLoopThreads=" + 2 * PROCESSORS);
        assertTrue(
                lines.contains("loops=" + 2 * PROCESSORS)
                        || lines.stream().anyMatch(line -> line.startsWith("refusal=Event loop ")),
                lines::toString);
    }

    private static int number(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name + "="))
                .mapToInt(line -> Integer.parseInt(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No " + name + ": " + lines));
    }

    private static List<String> run(String... flags) throws Exception {
        List<String> command = new ArrayList<>(Probe.withLockedMemory(BYTES));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(List.of(
                "-XX:ActiveProcessorCount=" + PROCESSORS,
                "-cp",
                System.getProperty("java.class.path"),
                FittingLoops.class.getName()));
        return Probe.execute(command);
    }
}
