// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each piece of Java in these documents is a piece of a test that runs, but for the indentation; of {@link NicExamples},
 * which is compiled, if it needs a NIC.
 */
class DocumentTest {
    @ParameterizedTest
    @CsvSource({"README.md, 4", "docs/frameworks.md, 10", "docs/zero-copy.md, 4", "docs/files.md, 2"})
    void shouldQuoteCodeThatIsTested(String document, int least) throws IOException {
        List<String> tests;
        try (Stream<Path> files = Files.walk(Markdown.ROOT.resolve("integration-tests/src/test/java"))) {
            tests = files.filter(Files::isRegularFile)
                    .map(Markdown::new)
                    .map(Markdown::text)
                    .map(DocumentTest::withoutIndentation)
                    .toList();
        }
        List<String> snippets = Markdown.of(document).blocks("java").stream()
                .map(DocumentTest::withoutIndentation)
                .toList();
        assertTrue(snippets.size() >= least, () -> "Only " + snippets.size() + " snippets were found.");
        for (String snippet : snippets) {
            assertTrue(tests.stream().anyMatch(test -> test.contains(snippet)), () -> "In no test:\n" + snippet);
        }
    }

    private static String withoutIndentation(String text) {
        return text.replaceAll("(?m)^ +", "");
    }
}
