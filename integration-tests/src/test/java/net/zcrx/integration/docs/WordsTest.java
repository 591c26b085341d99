// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Documents, sources and scripts do without the words that CONTRIBUTING.md replaces, and others of their kind. */
class WordsTest {
    private static final Pattern UNWANTED = Pattern.compile(String.join(
            "|",
            "\\b[Hh]e\\b",
            "\\bcomes? by\\b",
            "\\bmend(s|ed|ing)?\\b",
            "\\bat hand\\b",
            "\\bfor ever\\b",
            "\\bsee to it\\b",
            "\\b(to|of|by|for|with) who\\b",
            "\\bcannot be had\\b",
            "\\bfor want of\\b",
            "\\bby reasoning\\b",
            "\\bis asked of\\b",
            "\\b(once|times|messages|bytes|packets|buffers|requests|lines?)"
                    + " a (second|minute|day|pass|message|packet|line|call)\\b"));
    /** What the words are replaced by is a row of a table there, and this class names them. */
    private static final Set<String> NAMING = Set.of("CONTRIBUTING.md", "WordsTest.java");

    private static final Set<String> SUFFIXES =
            Set.of("md", "java", "c", "h", "sh", "xml", "yaml", "yml", "properties");
    private static final Set<String> SKIPPED = Set.of("target", ".git", ".zcrx", "node_modules", "results");

    @Test
    void shouldUsePlainWords() throws IOException {
        List<Path> files = new ArrayList<>();
        addFiles(Markdown.ROOT, files);
        assertTrue(files.size() > 1000, () -> "Only " + files.size() + " files were found.");
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            Matcher matcher = UNWANTED.matcher(text);
            while (matcher.find()) {
                long line = text.substring(0, matcher.start()).lines().count();
                found.add(Markdown.ROOT.relativize(file) + ":" + line + ": " + matcher.group());
            }
        }
        assertEquals(List.of(), found);
    }

    private static void addFiles(Path directory, List<Path> files) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.sorted().toList()) {
                String name = entry.getFileName().toString();
                if (Files.isDirectory(entry)) {
                    if (!SKIPPED.contains(name)) {
                        addFiles(entry, files);
                    }
                } else if (Files.isRegularFile(entry) && isText(name) && !NAMING.contains(name)) {
                    files.add(entry);
                }
            }
        }
    }

    /** Whether it is a source or a document; scripts have no suffix. */
    private static boolean isText(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 || SUFFIXES.contains(name.substring(dot + 1));
    }
}
