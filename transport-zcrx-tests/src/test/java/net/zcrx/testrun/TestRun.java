package net.zcrx.testrun;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Test methods that a run executed and skipped, as class#method, and the leaks that it reported. */
record TestRun(Set<String> executed, Set<String> skipped, Collection<String> leaks) {

    /** System property of the tests: the file that their run is written to. */
    static final String WRITE_PROPERTY = "zcrx.testrun.write";

    /** System property of the judge: that file. */
    static final String READ_PROPERTY = "zcrx.testrun.read";

    private static final String EXECUTED = "executed ";
    private static final String SKIPPED = "skipped ";
    private static final String LEAK = "leak ";

    void write(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        executed.forEach(name -> lines.add(EXECUTED + name));
        skipped.forEach(name -> lines.add(SKIPPED + name));
        leaks.forEach(leak -> lines.add(LEAK + leak.replace('\n', ' ')));
        Files.write(file, lines);
    }

    static TestRun read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return new TestRun(
                new TreeSet<>(starting(lines, EXECUTED)),
                new TreeSet<>(starting(lines, SKIPPED)),
                starting(lines, LEAK));
    }

    private static List<String> starting(List<String> lines, String prefix) {
        return lines.stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .toList();
    }
}
