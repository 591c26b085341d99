// SPDX-License-Identifier: Apache-2.0
package net.zcrx.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs jcstress over {@link SharedRaces}: real threads on real processors, as {@code ReturnRacesTest} explains. Without
 * the fence in {@code Bell} a wake-up is lost within some thousand samples.
 */
class SharedRacesTest {
    @Test
    void shouldMissNothing(@TempDir Path directory) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process jcstress = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.openjdk.jcstress.Main",
                        "-t",
                        "net.zcrx.shared.SharedRaces",
                        "-jvmArgs",
                        "-XX:+UseParallelGC",
                        "-f",
                        "1",
                        "-sc",
                        "false",
                        "-iters",
                        "1",
                        "-time",
                        "500",
                        // Each state has descriptors and memory.
                        "-strideSize",
                        "16",
                        "-strideCount",
                        "8",
                        "-v")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = jcstress.waitFor(4, TimeUnit.MINUTES);
        if (!ended) {
            jcstress.descendants().forEach(ProcessHandle::destroyForcibly);
            jcstress.destroyForcibly();
        }
        String report = Files.readString(output);
        assertTrue(ended, () -> "jcstress did not end: " + report);
        assertEquals(0, jcstress.exitValue(), () -> report);
        // It ends well, too, if it found nothing to run.
        Set<String> passed = Pattern.compile("\\[OK] \\S+\\.SharedRaces\\.(\\w+)")
                .matcher(report)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toSet());
        assertEquals(Set.of("DataAndSleep", "ReturnAndSleep", "WriteAndRead"), passed, () -> report);
    }
}
