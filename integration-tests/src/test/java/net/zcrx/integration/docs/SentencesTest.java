// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What documents say that users see are pieces of the code's own sentences. */
class SentencesTest {
    private static final String HEADING = "### ";
    /** Where the kernel ends the process. */
    private static final String NO_WORD = "no word at all";

    @Test
    void shouldHaveSentencesOfCodeAsHeadings() throws IOException {
        String sentences = sentences();
        List<String> headings = Markdown.of("docs/containers.md")
                .section("What you see, and what to do")
                .lines()
                .filter(line -> line.startsWith(HEADING) && !line.contains(NO_WORD))
                .map(line -> line.substring(HEADING.length()))
                .toList();
        assertTrue(headings.size() >= 10, headings::toString);
        for (String heading : headings) {
            assertTrue(sentences.contains(heading), () -> "Nothing says \"" + heading + "\" any more.");
        }
    }

    @Test
    void shouldHaveSentencesOfCodeAsLogLines() throws IOException {
        String sentences = sentences();
        List<List<String>> rows = Markdown.of("docs/metrics.md").rows("Log lines");
        assertTrue(rows.size() >= 10, rows::toString);
        for (List<String> row : rows) {
            String line = row.get(0).replace("`", "");
            assertTrue(sentences.contains(line), () -> "Nothing says \"" + line + "\" any more.");
        }
    }

    /** The sources, in which literals that are added up are one. */
    private static String sentences() throws IOException {
        Path sources = Markdown.ROOT.resolve("transport-zcrx/src/main/java");
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> new Markdown(file).text().replaceAll("\"\\s*\\+\\s*\"", ""))
                    .collect(Collectors.joining());
        }
    }
}
