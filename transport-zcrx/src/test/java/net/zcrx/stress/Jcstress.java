// SPDX-License-Identifier: Apache-2.0
package net.zcrx.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Runs jcstress over the races of a class: real threads on real processors, so that a store which a processor delays
 * past a load is found, which a search through interleavings cannot do.
 */
public final class Jcstress {
    private static final int MINUTES = 4;

    private Jcstress() {}

    /**
     * @param races the name of the class that they are in, which is compiled after its test
     * @param names of all its races
     * @param directory that is empty, for what jcstress writes
     * @param options of jcstress that tell how long it takes
     */
    public static void assertPasses(String races, Set<String> names, Path directory, String... options)
            throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process jcstress = new ProcessBuilder(command(races, options))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = jcstress.waitFor(MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            jcstress.descendants().forEach(ProcessHandle::destroyForcibly);
            jcstress.destroyForcibly();
        }
        String report = Files.readString(output);
        assertTrue(ended, () -> "jcstress did not end: " + report);
        assertEquals(0, jcstress.exitValue(), () -> report);
        // It ends well, too, if it found nothing to run. It shortens the names of packages.
        String simpleName = races.substring(races.lastIndexOf('.') + 1);
        Set<String> passed = Pattern.compile("\\[OK] \\S+\\." + simpleName + "\\.(\\w+)")
                .matcher(report)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toSet());
        assertEquals(names, passed, () -> report);
    }

    private static List<String> command(String races, String... options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "org.openjdk.jcstress.Main",
                "-t",
                races,
                "-jvmArgs",
                "-XX:+UseParallelGC",
                "-f",
                "1",
                "-sc",
                "false",
                "-v"));
        command.addAll(List.of(options));
        return command;
    }
}
