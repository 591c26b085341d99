// SPDX-License-Identifier: Apache-2.0
package net.zcrx.memory;

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
 * Runs jcstress over {@code net.zcrx.memory.race.ReturnRaces}: real threads on real processors, so that a store which
 * a processor delays past a load is found, which a search through interleavings cannot do. Without the fence in
 * {@code BufferPool} one sample in a thousand fails, and each race gets some hundred thousand.
 */
class ReturnRacesTest {
    @Test
    void shouldMissNoReturn(@TempDir Path directory) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process jcstress = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.openjdk.jcstress.Main",
                        "-t",
                        "net.zcrx.memory.race.ReturnRaces",
                        "-jvmArgs",
                        "-XX:+UseParallelGC",
                        "-f",
                        "1",
                        "-sc",
                        "false",
                        "-iters",
                        "2",
                        "-time",
                        "1000",
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
        Set<String> passed = Pattern.compile("\\[OK] \\S+\\.ReturnRaces\\.(\\w+)")
                .matcher(report)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toSet());
        assertEquals(Set.of("FirstSleep", "SecondSleep", "Close", "LastReference"), passed, () -> report);
    }
}
