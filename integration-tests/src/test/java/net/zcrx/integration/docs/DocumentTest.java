package net.zcrx.integration.docs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each piece of Java in docs/frameworks.md is a piece of a test that runs, but for the indentation. */
class DocumentTest {
    private static final Path MODULE = Path.of(System.getProperty("basedir"));
    private static final Pattern SNIPPET = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void shouldQuoteCodeThatRuns() throws IOException {
        List<String> tests;
        try (Stream<Path> files = Files.walk(MODULE.resolve("src/test/java"))) {
            tests = files.filter(Files::isRegularFile)
                    .map(DocumentTest::read)
                    .map(DocumentTest::withoutIndentation)
                    .toList();
        }
        List<String> snippets = SNIPPET.matcher(read(MODULE.resolve("../docs/frameworks.md")))
                .results()
                .map((MatchResult match) -> withoutIndentation(match.group(1)))
                .toList();
        assertTrue(snippets.size() >= 4, () -> "Only " + snippets.size() + " snippets were found.");
        for (String snippet : snippets) {
            assertTrue(tests.stream().anyMatch(test -> test.contains(snippet)), () -> "In no test:\n" + snippet);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String withoutIndentation(String text) {
        return text.replaceAll("(?m)^ +", "");
    }
}
